"""What rows of the national system say once they are read, and what may be wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shouwang.kit.errors import Refusal
from shouwang.kit.resident_id import ResidentId
from shouwang.register.services.importing.reading import RawRow


class BirthInFuture(Refusal):
    sentence = "出生日期还没有到，请核对。"


class NobodyNamed(Refusal):
    sentence = "证件号码、人编号和姓名都没有填写，认不出是谁。"


class NumberLostDigits(Refusal):
    sentence = "编号存成了数字格式，末几位可能已经丢失。请把这一列设为“文本”格式，重新填写后再导入。"


class NumberIsId(Refusal):
    sentence = "编号填成了身份证号，请填国家系统里的编号，没有就留空。"


class EndsBeforeStart(Refusal):
    sentence = "结束时间早于开始时间，请核对。"


@dataclass(frozen=True)
class Problem:
    """A refused row, or a notice about one that goes in."""

    row: RawRow
    column: str
    message: str
    is_notice: bool = False


@dataclass
class ParsedPerson:
    """One person of 监测对象信息 (or the head named in 户信息)."""

    row: RawRow
    relationship: str
    name: str = ""
    number: str = ""
    identity: ResidentId | None = None
    sex: str = ""
    birth_date: date | None = None
    nationality: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    numbers: list[tuple[str, str, str]] = field(default_factory=list)  # kind, label, text

    @property
    def label(self) -> str:
        return self.name or "（无姓名）"


@dataclass
class HouseholdFacts:
    """What the rows say of the household; the head's row counts before the others."""

    facts: dict[str, Any] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    incomes: dict[str, int] = field(default_factory=dict)
    numbers: list[tuple[str, str, str]] = field(default_factory=list)
    statuses: dict[str, str | None] = field(default_factory=dict)  # kind → None: said not to have it
    address: str = ""


@dataclass
class WorkStint:
    """One row of 已外出务工信息."""

    row: RawRow
    identity: ResidentId | None
    number: str
    place: str
    began: date | None
    ended: date | None
    month_fen: int | None
    named: dict[str, str]
