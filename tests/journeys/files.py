"""The spreadsheets a county begins with: the national system's export of 大寨村, and a table of stays in hospital.

Every ID stands under a county prefix that is assigned to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xlsxwriter

from shouwang.kit.resident_id import check_digit

COUNTY, TOWN, VILLAGE = "巨鹿县", "王虎寨镇", "大寨村"
HEAD = "张胜坤"
SPOUSE = "吴红印"
STOMACH = "胃癌"


def fictitious_id(birth: date, order: int) -> str:
    """This function returns an ID with a right check digit that belongs to nobody; odd orders are men."""
    first17 = f"130599{birth:%Y%m%d}{order:03d}"
    return first17 + check_digit(first17)


@dataclass(frozen=True)
class Villager:
    """One row of the export."""

    name: str
    relationship: str
    sex: str
    birth: date
    order: int
    health: str = "健康"
    labour: str = "普通劳动力"
    student: str = ""

    @property
    def number(self) -> str:
        return fictitious_id(self.birth, self.order)


@dataclass(frozen=True)
class Home:
    """One household of the export; yearly amounts in yuan as the national system states them."""

    number: str
    type: str
    people: Sequence[Villager]
    wage: int
    transfer: int
    watch: str = ""

    @property
    def head(self) -> Villager:
        return self.people[0]


HOMES = (
    Home(
        "130529101214000001", "一般农户",
        (
            Villager(HEAD, "户主", "女", date(1975, 3, 8), 2),
            Villager(SPOUSE, "配偶", "男", date(1972, 11, 20), 3, health="患有大病", labour="弱劳动力或半劳动力"),
            Villager("吴小雨", "之女", "女", date(2012, 6, 1), 4, labour="无劳动力", student="小学"),
        ),
        wage=26_000, transfer=1_200,
    ),
    Home(
        "130529101214000002", "一般农户",
        (
            Villager("李建国", "户主", "男", date(1968, 1, 15), 5, health="患有大病", labour="弱劳动力或半劳动力"),
            Villager("周桂兰", "配偶", "女", date(1970, 9, 9), 6),
        ),
        wage=9_600, transfer=400,
    ),
    Home(
        "130529101214000003", "脱贫户",
        (
            Villager("王秀兰", "户主", "女", date(1959, 4, 4), 8, labour="无劳动力"),
            Villager("王铁柱", "之子", "男", date(1985, 7, 7), 7, labour="技能劳动力"),
        ),
        wage=36_000, transfer=3_000,
    ),
    Home(
        "130529101214000004", "一般农户",
        (Villager("欧阳春梅", "户主", "女", date(1980, 12, 30), 10, labour="技能劳动力"),),
        wage=24_000, transfer=0,
    ),
)  # fmt: skip

PERSON_HEADINGS = (
    "县", "乡", "村", "户编号", "人编号", "姓名", "证件类型", "证件号码", "与户主关系", "性别", "出生日期", "民族",
    "健康状况", "劳动技能", "在校生状况", "户类型", "监测对象类别", "是否危房户", "是否解决安全饮用水",
    "是否参加城乡居民基本医疗保险", "工资性收入", "转移性收入", "信息采集人",
)  # fmt: skip
HOME_HEADINGS = ("县(市、区、旗)", "乡(镇)", "行政村", "户编号", "证件号码", "户类型", "户主姓名")
STAY_HEADINGS = (
    "序号", "姓名", "身份证号码", "乡镇", "行政村", "就医开始时间", "就医结束时间", "定点医药机构名称", "病种名称",
    "医疗费总额（元）", "基金支付总额（元）", "个人支付金额（元）",
)  # fmt: skip


def _book(path: Path, *, banners: Sequence[str], headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """This function writes a sheet as offices do: banner rows over the headings, IDs as texts, days as texts."""
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        page = book.add_worksheet(path.stem)
        for number, banner in enumerate(banners):
            page.merge_range(number, 0, number, len(headings) - 1, banner)
        for number, cells in enumerate((headings, *rows), start=len(banners)):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    page.write_string(number, column, cell.isoformat())
                elif cell not in (None, ""):
                    page.write(number, column, cell)
    return path


def export_write(folder: Path, *, on: date) -> list[Path]:
    """This function writes the national system's export of the village: 监测对象信息 and 户信息."""
    people = [
        (
            COUNTY, TOWN, VILLAGE, home.number, f"{home.number}{order:02d}", who.name, "居民身份证", who.number,
            who.relationship, who.sex, who.birth, "汉族", who.health, who.labour, who.student, home.type, home.watch,
            "否", "是", "是", home.wage, home.transfer, "王采集",
        )
        for home in HOMES
        for order, who in enumerate(home.people, start=1)
    ]  # fmt: skip
    homes = [
        (COUNTY, TOWN, VILLAGE, home.number, home.head.number, home.type, home.head.name) for home in HOMES
    ]  # fmt: skip
    made = f"导出时间：{on.isoformat()}　　单位：元"
    return [
        _book(
            folder / "监测对象信息.xlsx", headings=PERSON_HEADINGS, rows=people,
            banners=(f"全国防返贫监测信息系统　{COUNTY}　监测对象信息", made),
        ),
        _book(
            folder / "户信息.xlsx", headings=HOME_HEADINGS, rows=homes,
            banners=(f"全国防返贫监测信息系统　{COUNTY}　户信息", made),
        ),
    ]  # fmt: skip


def stays_write(folder: Path, *, started: date, ended: date) -> Path:
    """This function writes 医保's table of stays: one large bill of 李建国, one small, one with a wrong ID."""
    sick, other = HOMES[1].head, HOMES[2].people[1]
    rows = [
        (1, sick.name, sick.number, TOWN, VILLAGE, started, ended, "巨鹿县医院", STOMACH, 82_000, 40_000, 42_000),
        (2, other.name, other.number, TOWN, VILLAGE, started, ended, "巨鹿县医院", "阑尾炎", 6_000, 4_500, 1_500),
        (3, "查无此人", "130599197001011239", TOWN, VILLAGE, started, ended, "市医院", "肺炎", 3_000, 2_000, 1_000),
    ]  # fmt: skip
    return _book(folder / "个人住院信息表.xlsx", banners=("巨鹿县医疗保障局　个人住院信息表",), headings=STAY_HEADINGS,
                 rows=rows)  # fmt: skip
