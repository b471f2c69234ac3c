"""The facts that only checks may speak of: one person, what is recorded of a household, one village.

A check over a person also has the facts of her household beside her own. Columns of imported tables and counts of
members are facts too, made by the conditions that use them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from shouwang.kit.codes import Education, Labour, Measure, Relationship, Risk, Sex, StudentStatus
from shouwang.rulebook.checks import Over
from shouwang.rulebook.conditions.nodes import Node
from shouwang.rulebook.facts import FACTS, NEVER, UNREGISTERED, Fact, Kind
from shouwang.rulebook.values import Catalogue

REMOVALS = ("HELP", "SELF")


def _catalogue(*facts: Fact) -> Catalogue[Fact]:
    return Catalogue(tuple((fact.key, fact) for fact in facts))


def _own(key: str, kind: Kind, name: str, unknown: str = UNREGISTERED, **more: object) -> Fact:
    return Fact(key, kind, name, "person", unknown, **more)  # type: ignore[arg-type]


PERSON_FACTS: Catalogue[Fact] = _catalogue(
    _own("relationship", Kind.TEXT, "与户主关系", values=tuple(Relationship)),
    _own("sex", Kind.TEXT, "性别", values=tuple(Sex)),
    _own("birth_date", Kind.DATE, "出生日期"),
    _own("age", Kind.NUMBER, "周岁", "出生日期没有填", description="到当日满了几周岁；2 月 29 日生的 3 月 1 日满"),
    _own("labour", Kind.TEXT, "劳动技能", values=tuple(Labour)),
    _own("student_status", Kind.TEXT, "在校生状况", "不是在校生，或没有填", values=tuple(StudentStatus)),
    _own("education", Kind.TEXT, "文化程度", "是在校生，或没有填", values=tuple(Education)),
    _own("is_chronic", Kind.BOOL, "长期慢性病"),
    _own("is_seriously_ill", Kind.BOOL, "患有大病"),
    _own("is_disabled", Kind.BOOL, "残疾"),
    _own("disability_category", Kind.NUMBER, "残疾类别", "没有残疾，或没有填", description="1 至 7"),
    _own("disability_level", Kind.NUMBER, "残疾等级", "没有残疾，或没有填", description="1 至 4，1 级最重"),
    _own("work_place", Kind.TEXT, "务工所在地", "没有务工，或没有填"),
    _own("work_months", Kind.NUMBER, "务工月数", "没有务工，或没有填"),
    _own("is_medically_insured", Kind.BOOL, "参加基本医疗保险"),
    _own("has_dropped_out", Kind.BOOL, "失学辍学"),
    _own("own_wage_income", Kind.MONEY, "本人工资性收入", "时段内没有记在本人名下的工资，或有金额没有填",
         description="时段 income"),
    _own("own_statuses", Kind.SET, "本人当日有效的身份和状态", "没有记录即为空", default=(),
         description="记在本人名下的状态代码；记在户上的看 statuses"),
)  # fmt: skip

_NO_RECORD = "没有记录即为空"


def _recorded(key: str, kind: Kind, name: str, unknown: str, **more: object) -> Fact:
    return Fact(key, kind, name, "records", unknown, **more)  # type: ignore[arg-type]


RECORD_FACTS: Catalogue[Fact] = _catalogue(
    _recorded("risks", Kind.SET, "登记的风险", _NO_RECORD, values=tuple(Risk), default=(),
              description="到当日登记过的致贫返贫风险，已消除的也在内"),
    _recorded("open_risks", Kind.SET, "未消除的风险", _NO_RECORD, values=tuple(Risk), default=(),
              description="到当日没有消除的风险"),
    _recorded("removals", Kind.SET, "风险消除方式", _NO_RECORD, values=REMOVALS, default=(),
              description="到当日已消除的风险的消除方式：HELP 帮扶消除，SELF 自然消除"),
    _recorded("measures", Kind.SET, "已落实的帮扶措施", _NO_RECORD, values=tuple(Measure), default=(),
              description="到当日落实过的措施种类（全国 14 类），户内任一成员"),
    _recorded("measure_count", Kind.NUMBER, "已落实的帮扶措施数", "没有记录即为 0", default=0),
    _recorded("first_measure_date", Kind.DATE, "最早落实措施的日期", "没有措施，或日期没有填"),
    _recorded("last_measure_date", Kind.DATE, "最近落实措施的日期", "没有措施，或日期没有填"),
)  # fmt: skip

VILLAGE_FACTS: Catalogue[Fact] = _catalogue(
    Fact("village_code", Kind.NUMBER, "村 12 位区划代码", "village", NEVER),
    Fact("household_count", Kind.NUMBER, "户数", "village", NEVER, default=0),
    Fact("person_count", Kind.NUMBER, "人数", "village", NEVER, default=0),
    Fact("watched_count", Kind.NUMBER, "当日在监测中的户数", "village", NEVER, default=0),
)

HOUSEHOLD_FACTS: Catalogue[Fact] = Catalogue((*FACTS.pairs, *RECORD_FACTS.pairs))
ALL_FACTS: dict[Over, Catalogue[Fact]] = {
    Over.PERSON: Catalogue((*HOUSEHOLD_FACTS.pairs, *PERSON_FACTS.pairs)),
    Over.HOUSEHOLD: HOUSEHOLD_FACTS,
    Over.VILLAGE: VILLAGE_FACTS,
}


def _mark(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Heading(Fact):
    """A column of an imported table as a fact: null when the row has no such column, '' when its cell is empty."""

    heading: str = ""
    over: Over = Over.HOUSEHOLD


def heading_fact(heading: str, over: Over) -> Heading:
    """This function returns the fact of an imported column of a person or household."""
    return Heading(
        f"named_{over}_{_mark(heading)}",
        Kind.TEXT,
        f"栏目“{heading}”",
        "named",
        "没有这个栏目",
        heading=heading,
        over=over,
    )


@dataclass(frozen=True)
class Tally(Fact):
    """How many rows of a lower level a condition holds for; rows it cannot decide do not count."""

    over: Over = Over.PERSON
    when: Node = field(default_factory=lambda: Node(Kind.BOOL))


def tally_fact(text: str, *, over: Over, when: Node, name: str) -> Tally:
    """This function returns the count of persons (`members`, `persons`) or households as a fact."""
    return Tally(f"tally_{over}_{_mark(text)}", Kind.NUMBER, name, "tally", NEVER, default=0, over=over, when=when)
