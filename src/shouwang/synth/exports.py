"""Columns of the national system's exports, filled from the population."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from shouwang.kit.codes import Education, Labour, StudentStatus
from shouwang.kit.divisions import Level
from shouwang.synth import tables
from shouwang.synth.departments.cells import Cell
from shouwang.synth.departments.content import Column, Kind, View
from shouwang.synth.departments.others import CAUSE_WORDS, RELATIONSHIP, work_columns
from shouwang.synth.draws import Bools, Ints
from shouwang.synth.headings import headings
from shouwang.synth.persons import WORK_PLACES, day_number
from shouwang.synth.standing import CAUSES

POVERTY_WORDS = ("一般农户", "未脱贫户", "脱贫户")
WATCH_WORDS = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
_PERSON_SHEET, _WORK_SHEET, _HOUSEHOLD_SHEET = (
    "（自定义）监测对象信息",
    "（务工月监测）已外出务工信息",
    "（乡村建设）户信息",
)
_MEASURES = {
    "健康帮扶": "ILLNESS",
    "教育帮扶": "STUDY",
    "就业帮扶": "EMPLOYMENT",
    "综合保障": "DISABILITY",
    "社会帮扶": "ACCIDENT",
}


def cells_of(column: Column) -> list[Cell]:
    """This function writes a clean column: money as numbers in yuan, days as date cells, keys as texts."""
    values = column.values.to_pylist()
    if column.kind is Kind.FEN:
        return [None if value is None else value / 100 for value in values]
    return [*values]


def _ordered(sheet: str, columns: dict[str, list[Cell]], size: int) -> dict[str, list[Cell]]:
    """This function puts columns into the order of the sheet; what nobody filled stays empty."""
    names = [*headings(sheet), *(name for name in columns if name not in headings(sheet))]
    return {name: columns.get(name) or [None] * size for name in names}


def columns_of_households(view: View) -> dict[str, list[Cell]]:
    """This function returns the columns of 户信息: one row a household, the ID is the head's."""
    block = view.block
    rows = np.arange(block.kin.count)
    head = view.person(view.heads)
    columns = {
        "县(市、区、旗)": view.area(rows, Level.COUNTY),
        "乡(镇)": view.area(rows, Level.TOWNSHIP),
        "行政村": view.area(rows, Level.VILLAGE),
        "户编号": household_numbers(view, rows),
        "证件号码": head["id"],
        "户类型": Column(Kind.TEXT, tables.coded(block.standing.poverty, POVERTY_WORDS)),
        "户主姓名": head["name"],
    }
    return _ordered(_HOUSEHOLD_SHEET, {name: cells_of(column) for name, column in columns.items()}, len(rows))


def household_numbers(view: View, rows: Ints) -> Column:
    """This function returns the system's household numbers: village code and a running number."""
    keys = (rows + view.block.first_household).tolist()
    villages = view.block.village[rows].tolist()
    return Column(Kind.TEXT, pa.array([f"{v}{k % 10**6:06d}" for v, k in zip(villages, keys, strict=True)]))


def person_numbers(view: View, rows: Ints) -> Column:
    """This function returns the system's person numbers: village code and a running number."""
    keys = (rows + view.block.first_person).tolist()
    villages = view.block.village[view.block.kin.household[rows]].tolist()
    return Column(Kind.TEXT, pa.array([f"{v}{k % 10**8:08d}" for v, k in zip(villages, keys, strict=True)]))


def columns_of_work(view: View, rows: Ints, on: date) -> dict[str, list[Cell]]:
    """This function returns the columns of 已外出务工信息: one row a worker."""
    columns = work_columns(view, rows, day_number(on))
    columns["户编号"] = household_numbers(view, view.block.kin.household[rows])
    columns["人编号"] = person_numbers(view, rows)
    return _ordered(_WORK_SHEET, {name: cells_of(column) for name, column in columns.items()}, len(rows))


def columns_of_persons(view: View, seed: int) -> dict[str, list[Cell]]:
    """This function returns the columns of 监测对象信息: one row a person, what concerns the household repeated."""
    block = view.block
    rows = np.arange(block.kin.people)
    household = block.kin.household
    columns = {**_who(view, rows), **_health_and_school(view), **_help(view), **_means(view)}
    result = {name: cells_of(column) for name, column in columns.items()}
    of = household.tolist()
    for name, values in tables.named_columns(block, seed).items():
        result[name] = [values[index] if name == "是否有卫生厕所" else float(values[index]) for index in of]
    return _ordered(_PERSON_SHEET, result, len(rows))


def _word(codes: Ints, words: tuple[str, ...]) -> Column:
    return Column(Kind.TEXT, tables.coded(codes, words))


def _yes(flags: Bools) -> Column:
    return _word(flags.astype(np.int64), ("否", "是"))


def _who(view: View, rows: Ints) -> dict[str, Column]:
    block = view.block
    household, standing = block.kin.household, block.standing
    person = view.person(rows)
    removed = standing.removed[household]
    risk = np.where(standing.watch[household] < 0, -1, removed >= 0)
    watch = _word(standing.watch[household], WATCH_WORDS)
    return {
        "县": view.area(household, Level.COUNTY),
        "乡": view.area(household, Level.TOWNSHIP),
        "村": view.area(household, Level.VILLAGE),
        "户编号": household_numbers(view, household),
        "人编号": person_numbers(view, rows),
        "证件类型": _word(np.zeros(len(rows), dtype=np.int64), ("居民身份证",)),
        "证件号码": person["id"],
        "与户主关系": _word(block.kin.relationship, RELATIONSHIP),
        "识别监测时间": Column(Kind.DAY, tables.days(standing.identified[household])),
        "风险是否已消除": _word(risk, ("否", "是")),
        "风险是否已消除0": _word(risk, ("否", "是")),
        "风险消除方式": _word(np.where(removed >= 0, 0, -1), ("帮扶消除",)),
        "消除监测时间": Column(Kind.DAY, tables.days(removed)),
        "监测对象类别": watch,
        "检测对象类别": watch,
        "户类型": _word(standing.poverty[household], POVERTY_WORDS),
        "民族": _word(np.zeros(len(rows), dtype=np.int64), ("汉族",)),
        "性别": _word(block.persons.sex, ("女", "男")),
        "出生日期": Column(Kind.DAY, tables.days(block.persons.birth_day, none=None)),
        "家庭成员联系电话": view.phone(rows),
        "户联系电话": view.phone(view.heads[household]),
        "信息采集人": view.choice(("王采集", "李采集", "张采集"), len(rows)),
        "信息采集人联系电话": view.choice(("16000000001", "16000000002"), len(rows)),
        "致贫/返贫风险1": _word(np.where(standing.watch[household] >= 0, standing.cause[household], -1), CAUSE_WORDS),
        "因自然灾害子项": _word(
            np.where((standing.watch[household] >= 0) & (standing.cause[household] == CAUSES.index("DISASTER")), 0, -1),
            ("水灾",),
        ),
        "姓名": person["name"],
        "是否非贫困低收入户": _yes(standing.is_low_income[household]),
        "是否非持续稳定脱贫户": _yes(standing.is_unstable[household]),
    }


def _health_and_school(view: View) -> dict[str, Column]:
    who, household = view.block.persons, view.block.kin.household
    words = [
        "、".join(word for word, is_so in zip(("长期慢性病", "患有大病", "残疾"), flags, strict=True) if is_so)
        or "健康"
        for flags in zip(who.is_chronic.tolist(), who.is_serious.tolist(), who.is_disabled.tolist(), strict=True)
    ]
    insured_all = np.ones(view.block.kin.count, dtype=bool)
    insured_all[household[~who.is_insured]] = False
    dropped = np.zeros(view.block.kin.count, dtype=bool)
    dropped[household[who.has_dropped_out]] = True
    safe, water = view.block.standing.housing_safe[household], view.block.standing.water_safe[household]
    adult = who.years >= 16
    return {
        "健康状况": Column(Kind.TEXT, pa.array(words)),
        "在校生状况": _word(who.student, tuple(code.label for code in StudentStatus)),
        "文化程度": _word(who.education, tuple(code.label for code in Education)),
        "劳动技能": _word(who.labour, tuple(code.label for code in Labour)),
        "务工所在地": _word(who.work_place, WORK_PLACES),
        "务工时间（月）": Column(Kind.COUNT, tables.whole(who.work_months)),
        "是否危房户": _word(np.array([1, 0, -1])[safe], ("否", "是")),
        "是否解决安全饮用水": _word(np.array([0, 1, -1])[water], ("否", "是")),
        "是否参加大病保险": _yes(who.is_insured),
        "是否参加城乡居民基本医疗保险": _yes(who.is_insured),
        "是否参加城镇职工基本医疗保险": _yes(np.zeros(len(household), dtype=bool)),
        "是否参加城乡居民基本养老保险": _yes(adult & (who.student < 0)),
        "是否参加城镇职工基本养老保险": _yes(np.zeros(len(household), dtype=bool)),
        "是否接受医疗救助": _yes(who.is_serious & view.block.standing.is_watched[household]),
        "义务教育阶段未上学原因": _word(np.where(who.has_dropped_out, 0, -1), ("疑似失学",)),
        "义务教育保障": _yes(~dropped[household]),
        "是否义务教育阶段适龄儿童少年失学辍学": _yes(dropped[household]),
        "是否有家庭成员未参加城乡居民（职工）基本医疗保险": _yes(~insured_all[household]),
    }


def _help(view: View) -> dict[str, Column]:
    block = view.block
    household, standing = block.kin.household, block.standing
    watched = standing.watch[household] >= 0
    measures = {
        name: _yes(watched & (standing.cause[household] == CAUSES.index(cause))) for name, cause in _MEASURES.items()
    }
    nothing = np.zeros(len(household), dtype=bool)
    quiet = (
        "搬迁", "金融帮扶", "饮水安全保障", "住房安全保障", "生产生活条件改善", "基础设施建设", "公益性岗位帮扶",
        "公益岗位帮扶",
    )  # fmt: skip
    return {
        **measures,
        **{name: _yes(nothing) for name in quiet},
        "产业帮扶": _yes(watched & (household % 3 == 0)),
        "公益性岗位": _word(np.where(block.persons.labour == 2, household % 5 // 4, -1), ("否", "是")),
        "享受低保政策情况": _yes(standing.is_dibao[household]),
        "享受特困供养政策情况": _word(standing.tekun[household] + 1, ("否", "分散供养", "集中供养")),
        "整户无劳动能力兜底保障户": _yes(block.is_without_labour[household]),
        "实施开发式帮扶措施情况": _yes(watched & ~block.is_without_labour[household]),
        "是否通生活用电": _yes(~nothing),
        "入户道路是否硬化": _yes(household % 12 != 0),
    }


def _means(view: View) -> dict[str, Column]:
    block = view.block
    kin, means = block.kin, block.means
    wage = kin_sum(view, means.wage_month * np.maximum(0, block.persons.work_months))
    pension = kin_sum(view, means.pension_month) * 12
    transfer = means.subsidy + pension + means.allowance_month * 12 + means.support
    rent = means.rent + means.dividend
    spending = block.spending
    settled = np.where(spending["is_unsettled"] > 0, 0, spending["self_paid"])
    own = np.bincount(spending["household"], weights=settled, minlength=kin.count).astype(np.int64)
    removed = block.standing.removed >= 0
    tekun = np.where(block.standing.tekun >= 0, means.allowance_month * 12, 0)
    values = {
        "工资性收入": wage,
        "生产经营性收入": means.business,
        "财产性收入": rent,
        "转移性收入": transfer,
        "生产经营性支出": means.cost,
        "合规自付支出": own,
        "特困人员救助供养金": tekun,
        "人均纯收入（元）": (wage + means.business + rent + transfer - means.cost) // kin.size,
    }
    after = {
        "风险消除后工资性收入": wage,
        "风险消除后财产性收入": rent,
        "风险消除后转移性收入": transfer,
        "风险消除后生产经营性收入": means.business,
        "风险消除后生产经营性支出": means.cost,
        "风险消除后家庭纯收入": means.net,
        "风险消除后家庭人均纯收入": means.net // kin.size,
        "风险消除后理赔收入": np.zeros(kin.count, dtype=np.int64),
        "风险消除后合规自付支出": own,
    }
    of = kin.household
    result = {name: Column(Kind.FEN, pa.array(amount[of])) for name, amount in values.items()}
    for name, amount in after.items():
        result[name] = Column(Kind.FEN, pa.array(amount[of], mask=~removed[of]))
    return result


def kin_sum(view: View, per_person: Ints) -> Ints:
    """This function adds up a column of persons by household."""
    kin = view.block.kin
    return np.rint(np.bincount(kin.household, weights=per_person, minlength=kin.count)).astype(np.int64)
