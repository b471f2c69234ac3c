"""教育, 公安, 应急, 人社, 乡村振兴, 住建, 水利: lists that mostly come as one small sheet each."""

from __future__ import annotations

import numpy as np

from shouwang.kit.codes import Education, Labour, StudentStatus
from shouwang.kit.divisions import Level
from shouwang.synth.departments.civil import RELATIONSHIP
from shouwang.synth.departments.content import Column, Part, Sheet, View, count, day, fen, same, words_at
from shouwang.synth.draws import Ints
from shouwang.synth.events import DETAILS, SPENDING_CAUSES
from shouwang.synth.standing import CAUSES
from shouwang.synth.statuses import STATUS_KINDS

TUITION = Sheet(
    "tuition",
    "education",
    "教育局",
    "学生缴费与资助",
    "在校学生缴费与资助情况统计表",
    extra=(
        "序号",
        "学生姓名",
        "身份证号",
        "出生日期",
        "乡镇",
        "行政村",
        "学校名称",
        "学校类别",
        "学段",
        "学年",
        "缴费日期",
        "费用合计（元）",
        "资助金额（元）",
        "自付金额（元）",
        "备注",
    ),
)
DROPOUTS = Sheet(
    "dropout",
    "education",
    "教育局",
    "疑似失学辍学学生",
    "疑似失学辍学学生核查名单",
    extra=(
        "序号",
        "学生姓名",
        "身份证号",
        "出生日期",
        "乡镇",
        "行政村",
        "学校名称",
        "年级",
        "学籍状态",
        "疑似辍学日期",
        "备注",
    ),
)
INCIDENTS = Sheet(
    "incident",
    "public_security",
    "公安局",
    "事故伤亡人员",
    "交通事故、意外伤害人员名单",
    extra=("序号", "姓名", "身份证号", "出生日期", "乡镇", "行政村", "事件类型", "伤亡情况", "发生日期", "备注"),
)
DISASTERS = Sheet(
    "disaster",
    "emergency",
    "应急管理局",
    "受灾情况统计",
    "自然灾害受灾户情况统计表",
    extra=(
        "序号",
        "户主姓名",
        "身份证号",
        "乡镇",
        "行政村",
        "灾害种类",
        "受灾日期",
        "房屋损坏程度",
        "直接经济损失（元）",
        "救助金额（元）",
        "保险赔付（元）",
        "备注",
    ),
    groups=(("序号", 1), ("农户信息", 4), ("受灾情况", 4), ("救助赔付", 2), ("备注", 1)),
)
WORK = Sheet(
    "work",
    "labour",
    "人力资源和社会保障局",
    "（务工月监测）已外出务工信息",
    "已外出务工信息",
    extra=("姓名",),
)
UNEMPLOYED = Sheet(
    "unemployed",
    "labour",
    "人力资源和社会保障局",
    "失业登记人员",
    "失业登记人员名单",
    extra=("序号", "姓名", "身份证号", "乡镇", "行政村", "失业日期", "就业日期", "失业原因"),
)
MARGINAL = Sheet("marginal", "rural", "乡村振兴局", "边缘易致贫人口名单", "边缘易致贫人口名单")
HOUSES = Sheet(
    "unsafe_house",
    "housing",
    "住房和城乡建设局",
    "危房鉴定",
    "农村住房安全鉴定结果表",
    extra=("序号", "户主姓名", "身份证号", "乡镇", "行政村", "鉴定等级", "鉴定日期"),
)
WATER = Sheet(
    "unsafe_water",
    "water",
    "水利局",
    "饮水不达标户",
    "农村饮水安全排查不达标户名单",
    extra=("序号", "户主姓名", "身份证号", "乡镇", "行政村", "不达标项目", "发现日期"),
)
_STUDENT = tuple(code.label for code in StudentStatus)
_EDUCATION = tuple(code.label for code in Education)
_LABOUR = tuple(code.label for code in Labour)
_CAUSE = {"ILLNESS": "因病", "STUDY": "因学", "DISASTER": "因自然灾害", "ACCIDENT": "因意外事故", "DISABILITY": "因残"}
CAUSE_WORDS = tuple(_CAUSE.get(name, "因务工就业不稳") for name in CAUSES)
COUNTIES = ("北京市丰台区", "天津市西青区", "石家庄市裕华区", "邢台市襄都区", "苏州市昆山市", "保定市莲池区")
TRADES = ("建筑业", "制造业", "居民服务业", "批发和零售业", "交通运输业", "农林牧渔业")


def _places(view: View, households: Ints) -> dict[str, Column]:
    return {
        "乡镇": view.area(households, Level.TOWNSHIP),
        "行政村": view.area(households, Level.VILLAGE, short=True),
    }


def _events(view: View, cause: str) -> tuple[Ints, Ints, Ints]:
    """This function returns the rows of events of a cause, their persons and households."""
    table = view.block.spending
    event = np.flatnonzero(table["cause"] == SPENDING_CAUSES.index(cause))
    return event, table["person"][event], table["household"][event]


def _statuses(view: View, kind: str) -> tuple[Ints, Ints, Ints]:
    """This function returns persons, households and first days of statuses of a kind."""
    table = view.block.statuses
    found = table["kind"] == STATUS_KINDS.index(kind)
    return table["person"][found], table["household"][found], table["from_day"][found]


def tuition_part(view: View) -> Part:
    """This function returns pupils above compulsory school with fees, aid and what the family paid."""
    block, table = view.block, view.block.spending
    event, rows, households = _events(view, "STUDY")
    person, size = view.person(rows), len(rows)
    student = block.persons.student[rows]
    columns = {
        "序号": count(np.arange(1, size + 1)),
        "学生姓名": person["name"],
        "身份证号": person["id"],
        "出生日期": day(block.persons.birth_day[rows]),
        **_places(view, households),
        "学校名称": words_at(tuple(f"第一{label}学校" for label in _STUDENT), student),
        "学校类别": words_at(DETAILS, table["detail"][event]),
        "学段": words_at(_STUDENT, student),
        "学年": same("本学年", size),
        "缴费日期": day(table["day"][event]),
        "费用合计（元）": fen(table["gross"][event]),
        "资助金额（元）": fen(table["reimbursed"][event]),
        "自付金额（元）": fen(table["self_paid"][event]),
    }
    return view.part(columns, person=rows, household=households, event=event)


def dropouts_part(view: View) -> Part:
    """This function returns children of compulsory age who are suspected to have left school."""
    rows, households, since = _statuses(view, "DROPOUT_SUSPECTED")
    person, size = view.person(rows), len(rows)
    grades = ("七年级", "八年级", "九年级")
    columns = {
        "序号": count(np.arange(1, size + 1)),
        "学生姓名": person["name"],
        "身份证号": person["id"],
        "出生日期": day(view.block.persons.birth_day[rows]),
        **_places(view, households),
        "学校名称": same("乡镇中心学校", size),
        "年级": view.choice(grades, size),
        "学籍状态": same("疑似失学", size),
        "疑似辍学日期": day(since),
    }
    return view.part(columns, person=rows, household=households)


def incidents_part(view: View) -> Part:
    """This function returns those hurt in accidents."""
    table = view.block.spending
    event, rows, households = _events(view, "ACCIDENT")
    person, size = view.person(rows), len(rows)
    columns = {
        "序号": count(np.arange(1, size + 1)),
        "姓名": person["name"],
        "身份证号": person["id"],
        "出生日期": day(view.block.persons.birth_day[rows]),
        **_places(view, households),
        "事件类型": words_at(DETAILS, table["detail"][event]),
        "伤亡情况": view.choice(("轻伤", "重伤", "受伤"), size),
        "发生日期": day(table["day"][event]),
    }
    return view.part(columns, person=rows, household=households, event=event)


def disasters_part(view: View) -> Part:
    """This function returns the households a disaster struck."""
    table = view.block.spending
    event, _, households = _events(view, "DISASTER")
    heads, size = view.heads[households], len(event)
    person, loss = view.person(heads), table["gross"][event]
    relief = table["reimbursed"][event]
    claims = relief // 2
    columns = {
        "序号": count(np.arange(1, size + 1)),
        "户主姓名": person["name"],
        "身份证号": person["id"],
        **_places(view, households),
        "灾害种类": words_at(DETAILS, table["detail"][event]),
        "受灾日期": day(table["day"][event]),
        "房屋损坏程度": words_at(("无", "一般损坏", "严重损坏"), (loss >= 500_000) * 1 + (loss >= 2_000_000)),
        "直接经济损失（元）": fen(loss),
        "救助金额（元）": fen(relief - claims),
        "保险赔付（元）": fen(claims),
    }
    return view.part(columns, person=heads, household=households, event=event)


def work_part(view: View, *, today: int) -> Part:
    """This function returns those of once poor or watched households who work away, by month."""
    block = view.block
    listed = (block.standing.poverty > 0) | block.standing.is_watched
    rows = np.flatnonzero(listed[block.kin.household] & (block.persons.work_months > 0))
    return view.part(work_columns(view, rows, today), person=rows, household=block.kin.household[rows])


def work_columns(view: View, rows: Ints, today: int) -> dict[str, Column]:
    """This function returns the columns of the national system's sheet of work away."""
    block, size = view.block, len(rows)
    households = block.kin.household[rows]
    months = block.persons.work_months[rows]
    stopped = block.means.shock_months[households]
    start = today - 30 * (months + stopped) - rows % 28
    standing = block.standing
    person = view.person(rows)
    return {
        "县": view.area(households, Level.COUNTY),
        "乡": view.area(households, Level.TOWNSHIP),
        "行政村": view.area(households, Level.VILLAGE),
        "户编号": count(households + block.first_household),
        "证件号码": person["id"],
        "结束时间": day(np.where(stopped > 0, today - 30 * stopped, -1)),
        "开始时间": day(start),
        "年度交通费补助": fen(np.where(block.persons.work_place[rows] == 3, 30_000, 0)),
        "务工月收入": fen(block.means.wage_month[rows]),
        "是否已务工": words_at(("是", "否"), (stopped > 0).astype(np.int64)),
        "人编号": count(rows + block.first_person),
        "劳动技能": words_at(_LABOUR, block.persons.labour[rows]),
        "务工所在县": view.choice(COUNTIES, size),
        "监测对象类别": words_at(("脱贫不稳定户", "边缘易致贫户", "突发严重困难户"), standing.watch[households]),
        "户类型": words_at(("一般农户", "未脱贫户", "脱贫户"), standing.poverty[households]),
        "就业渠道": view.choice(("自主就业", "亲友介绍", "劳务组织", "公益岗位"), size),
        "务工企业名称": view.choice(("某建筑公司", "某电子厂", "某服装厂", "某物流公司", "个体经营"), size),
        "所属行业": view.choice(TRADES, size),
        "是否点对点输送": view.choice(("否", "否", "是"), size),
        "姓名": person["name"],
    }


def unemployed_part(view: View) -> Part:
    """This function returns those who lost their work."""
    rows, households, since = _statuses(view, "UNEMPLOYED")
    person, size = view.person(rows), len(rows)
    columns = {
        "序号": count(np.arange(1, size + 1)),
        "姓名": person["name"],
        "身份证号": person["id"],
        **_places(view, households),
        "失业日期": day(since),
        "失业原因": view.choice(("企业停产", "合同到期", "返乡未就业"), size),
    }
    return view.part(columns, person=rows, household=households)


def marginal_part(view: View) -> Part:
    """This function returns the members of households listed as marginal, as a rural bank got them."""
    block = view.block
    listed = (block.standing.watch == 1) & (block.standing.removed < 0)
    rows = np.flatnonzero(listed[block.kin.household])
    households, size, who = block.kin.household[rows], len(rows), block.persons
    person = view.person(rows)
    net = np.maximum(0, block.means.net // block.kin.size)[households]
    identified = block.standing.identified[households]
    health = np.select([who.is_serious[rows], who.is_disabled[rows], who.is_chronic[rows]], [2, 3, 1], 0)
    columns = {
        "序号": count(np.arange(1, size + 1)),
        "县(市、区、旗)": view.area(households, Level.COUNTY),
        "乡(镇)": view.area(households, Level.TOWNSHIP),
        "行政村": view.area(households, Level.VILLAGE),
        "户编号": count(households + block.first_household),
        "人编号": count(rows + block.first_person),
        "姓名": person["name"],
        "证件号码": person["id"],
        "人数": count(block.kin.size[households]),
        "与户主关系": words_at(RELATIONSHIP, block.kin.relationship[rows]),
        "民族": same("汉族", size),
        "文化程度": words_at(_EDUCATION, who.education[rows]),
        "在校生状况": words_at(_STUDENT, who.student[rows]),
        "健康状况": words_at(("健康", "长期慢性病", "患有大病", "残疾"), health),
        "劳动技能": words_at(_LABOUR, who.labour[rows]),
        "务工时间（月）": count(who.work_months[rows]),
        "是否参加大病保险": words_at(("否", "是"), who.is_insured[rows].astype(np.int64)),
        "致贫原因1": words_at(CAUSE_WORDS, block.standing.cause[households]),
        "危房户": words_at(("是", "否", ""), block.standing.housing_safe[households]),
        "是否解决安全饮用水": words_at(("否", "是", ""), block.standing.water_safe[households]),
        "人均纯收入": fen(net),
        "户联系电话": view.phone(view.heads[households]),
        "人联系电话": view.phone(rows),
        "首次识别时间": day(identified),
        "人员识别时间": day(identified),
        "户类型": same("边缘户", size),
        "易返贫致贫户(监测对象)类型": same("边缘易致贫户", size),
        "风险是否消除": same("否", size),
        "风险识别时间": day(identified),
    }
    return view.part(columns, person=rows, household=households)


def houses_part(view: View, *, today: int) -> Part:
    """This function returns the households whose house is unsafe."""
    return _unsafe(view, view.block.standing.housing_safe, "鉴定等级", ("C级", "D级"), "鉴定日期", today)


def water_part(view: View, *, today: int) -> Part:
    """This function returns the households whose drinking water is unsafe."""
    return _unsafe(
        view, view.block.standing.water_safe, "不达标项目", ("水质", "水量", "供水保证率"), "发现日期", today
    )


def _unsafe(view: View, safe: Ints, heading: str, words: tuple[str, ...], day_heading: str, today: int) -> Part:
    households = np.flatnonzero(safe == 0)
    heads, size = view.heads[households], len(households)
    person = view.person(heads)
    columns = {
        "序号": count(np.arange(1, size + 1)),
        "户主姓名": person["name"],
        "身份证号": person["id"],
        **_places(view, households),
        heading: view.choice(words, size),
        day_heading: day(today - view.rng.integers(20, 400, size)),
    }
    return view.part(columns, person=heads, household=households)
