"""民政: households and persons on the minimum living allowance or destitute support."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shouwang.kit.codes import Education, Labour, Relationship
from shouwang.kit.divisions import Level
from shouwang.synth.departments.content import Column, Kind, Part, Sheet, View, count, day, fen, month, same, words_at
from shouwang.synth.draws import Bools, Ints
from shouwang.synth.persons import STUDENT
from shouwang.synth.standing import CAUSES
from shouwang.synth.words import CHRONIC_DISEASES

HOUSEHOLDS = Sheet(
    "dibao_household",
    "civil_affairs",
    "民政局",
    "农村低保家庭",
    "农村最低生活保障家庭明细表",
    groups=(
        ("户主信息", 2),
        ("保障情况", 8),
        ("联系方式", 2),
        ("行政区划", 5),
        ("享受情况", 5),
        ("发放账户", 4),
        ("家庭财产", 4),
        ("家庭成员", 2),
    ),
)
PERSONS = Sheet("dibao_person", "civil_affairs", "民政局", "农村低保人员", "农村低保、特困供养人员花名册")
_REASONS = {"ILLNESS": "疾病", "STUDY": "就学", "DISASTER": "灾害", "ACCIDENT": "意外", "DISABILITY": "残疾"}
_EDUCATION = tuple(code.label for code in Education)
_LABOUR = tuple(code.label for code in Labour)
RELATIONSHIP = tuple(code.label for code in Relationship)


def _aided(view: View) -> Ints:
    who = view.block.standing
    return np.flatnonzero(who.is_dibao | (who.tekun >= 0))


def _area(view: View, households: Ints) -> dict[str, Column]:
    levels = zip(("所属省", "所属市", "所属区", "所属街", "所属社"), Level, strict=True)
    return {heading: view.area(households, level) for heading, level in levels}


def _account(view: View, households: Ints) -> dict[str, Column]:
    account = Column(Kind.TEXT, view.of(view.block.accounts, households))
    return {
        "开户银行": same("农村信用合作联社", len(households)),
        "银行账户名称": Column(Kind.TEXT, view.of(view.block.names, view.heads[households])),
        "银行帐号": account,
        "一卡通账号": account,
    }


def _certificate(view: View, households: Ints) -> Column:
    number = pa.array(households + view.block.first_household).cast(pa.string())
    return Column(Kind.TEXT, pc.binary_join_element_wise(pa.scalar("DB"), pc.utf8_lpad(number, 8, "0"), ""))


def households_part(view: View) -> Part:
    """This function returns the aided households of a block."""
    block, rows = view.block, _aided(view)
    size, heads = len(rows), view.heads[rows]
    members = block.kin.size[rows]
    head = view.person(heads)
    allowance = block.means.allowance_month[rows]
    reasons = tuple(_REASONS.get(name, "缺乏劳动力") for name in CAUSES)
    net = np.maximum(0, block.means.net[rows] - allowance * 12)
    names, numbers = _member_lists(view, rows)
    columns = {
        "户主姓名": head["name"],
        "户主身份证号": head["id"],
        "家庭人口": count(members),
        "保障人口": count(np.where(members <= 2, members, np.maximum(1, members // 2))),
        "家庭年总收入（元）": fen(net),
        "家庭年均收入（元）": fen(net // members),
        "户月保障金额（元）": fen(allowance),
        "家庭分类施保总额（元）": fen(np.zeros(size, dtype=np.int64)),
        "人员分类施保总额（元）": fen(np.zeros(size, dtype=np.int64)),
        "合计（元）": fen(allowance),
        "联系电话": view.phone(heads),
        "家庭住址": view.address(rows),
        **_area(view, rows),
        "低保（特困）证号": _certificate(view, rows),
        "最初享受月": month(block.standing.aided_since[rows]),
        "申请原因": words_at(reasons, block.standing.cause[rows]),
        "救助金计算方式": view.choice(("补差", "分档"), size),
        "分档类型": view.choice(("A类", "B类", "C类"), size),
        **_account(view, rows),
        "拥有产权住房套数": count(np.ones(size, dtype=np.int64)),
        "住房总面积（平方米）": count(view.rng.integers(40, 140, size)),
        "金融资产总额（元）": fen(view.rng.integers(0, 80, size) * 10_000),
        "其他家庭财产情况": same("无", size),
        "家庭成员姓名": names,
        "家庭成员身份证号": numbers,
    }
    return view.part(columns, person=heads, household=rows)


def _member_lists(view: View, rows: Ints) -> tuple[Column, Column]:
    """This function returns the names and the IDs of all members of households, joined by 、 as clerks do."""
    kin = view.block.kin
    start = view.heads[rows]
    end = start + kin.size[rows]
    spans = list(zip(start.tolist(), end.tolist(), strict=True))
    joined = [
        pa.array(["、".join(values.slice(a, b - a).to_pylist()) for a, b in spans], pa.string())
        for values in (view.block.names, view.block.resident_ids)
    ]
    return Column(Kind.TEXT, joined[0]), Column(Kind.TEXT, joined[1])


def persons_part(view: View) -> Part:
    """This function returns the members of the aided households of a block."""
    block = view.block
    aided: Bools = np.zeros(block.kin.count, dtype=bool)
    aided[_aided(view)] = True
    rows = np.flatnonzero(aided[block.kin.household])
    households, size = block.kin.household[rows], len(rows)
    who, person = block.persons, view.person(rows)
    health = np.select([who.is_serious[rows], who.is_disabled[rows], who.is_chronic[rows]], [2, 3, 1], 0)
    category = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
    wage = block.means.wage_month[rows] * np.maximum(0, who.work_months[rows])
    is_tekun = block.standing.tekun[households]
    columns = {
        "姓名": person["name"],
        "身份证号": person["id"],
        "户主身份证号": Column(Kind.TEXT, view.of(block.resident_ids, view.heads[households])),
        "与户主关系": words_at(RELATIONSHIP, block.kin.relationship[rows]),
        "性别": words_at(("女", "男"), who.sex[rows]),
        "出生日期": day(who.birth_day[rows]),
        "年龄": count(who.years[rows]),
        "民族": same("汉族", size),
        "婚姻状况": words_at(("未婚", "已婚"), (block.kin.slot[rows] < 2).astype(np.int64)),
        "文化程度": words_at(_EDUCATION, who.education[rows]),
        "政治面貌": same("群众", size),
        "就业状况": words_at(("无业", "务工"), (who.work_months[rows] > 0).astype(np.int64)),
        "年收入（元）": fen(wage),
        "是否残疾": words_at(("否", "是"), who.is_disabled[rows].astype(np.int64)),
        "残疾类别": words_at(("", *category), who.category[rows]),
        "残疾等级": words_at(("", "一级", "二级", "三级", "四级"), who.grade[rows]),
        "患病病种": words_at(CHRONIC_DISEASES, np.where(health == 1, rows % len(CHRONIC_DISEASES), -1)),
        "劳动能力": words_at(_LABOUR, who.labour[rows]),
        "健康状况": words_at(("健康", "长期慢性病", "患有大病", "残疾"), health),
        "参保类型": words_at(("未参保", "城乡居民基本医疗保险"), who.is_insured[rows].astype(np.int64)),
        "最初享受月": month(block.standing.aided_since[households]),
        "是否建档立卡扶贫对象": words_at(("否", "是", "是"), block.standing.poverty[households]),
        **_account(view, households),
        "救助类型": words_at(("农村低保", "特困分散供养", "特困集中供养"), is_tekun + 1),
        "户月保障金额（元）": fen(block.means.allowance_month[households]),
        "合计（元）": fen(block.means.allowance_month[households]),
        "救助金计算方式": same("补差", size),
        "在读学校性质": words_at(("公办",), np.where(who.student[rows] >= 0, 0, -1)),
        "在读学校名称": words_at(tuple(f"县{code.label}学校" for code in STUDENT), who.student[rows]),
        **_area(view, households),
        "家庭地址": view.address(households),
        "低保（特困）证号": _certificate(view, households),
    }
    return view.part(columns, person=rows, household=households)
