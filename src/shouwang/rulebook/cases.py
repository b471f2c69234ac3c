"""Cases: situations on the boundary with the result that is expected, kept beside the pack they test.

A case file holds `about`, `situations` (named beginnings), `cases` (households), `areas` (villages, townships,
counties), `values` (what is in force on a day), `rounds` (sweeps due), `claims` (what a ladder pays), `care` (what
days of care are paid) and `workflow` (ways of a case).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from shouwang.kit.codes import IncomeKind, Measure, Risk, SpendingCause
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.rulebook.errors import PackError
from shouwang.rulebook.packs import refusal_of
from shouwang.rulebook.source import PackSource
from shouwang.rulebook.value_cases import AreaCase, CareCase, ClaimCase, SweepCase, ValueCase
from shouwang.rulebook.values import Model, Text
from shouwang.rulebook.workflow_cases import WorkflowCase

Yuan = str | int


def fen(amount: Yuan | None) -> int | None:
    """This function turns an amount in yuan into fen; raises ValueError (Chinese)."""
    if amount is None:
        return None
    try:
        return fen_parse(str(amount), allow_negative=True)
    except Refusal as refusal:
        raise ValueError(refusal.message) from None


def _readable(amount: Yuan) -> Yuan:
    fen(amount)
    return amount


Amount = Annotated[Yuan, AfterValidator(_readable)]


class Income(Model):
    """One income row; without a month it falls in the last month of the income window."""

    kind: IncomeKind
    amount: Amount | None
    month: str | None = None


class Spending(Model):
    """One spending event; without a date it falls on the day of the case."""

    cause: SpendingCause
    self_paid: Amount | None = None
    gross: Amount | None = None
    reimbursed: Amount | None = None
    detail: str | None = None
    date_: date | None = Field(default=None, alias="date")


class Status(Model):
    """One status row; without a start it begins on the day of the case."""

    kind: str
    from_: date | None = Field(default=None, alias="from")
    until: date | None = None


class RiskRow(Model):
    """One recorded risk."""

    risk: Risk
    from_: date | None = Field(default=None, alias="from")
    removed: date | None = None
    removal: str | None = None


class MeasureRow(Model):
    """One measure that was delivered."""

    kind: Measure
    from_: date | None = Field(default=None, alias="from")
    until: date | None = None


class Expect(Model):
    """What must come out. `warns` are the triggers that warn; `undecided` those that cannot tell; unsaid is unchecked,
    except `warns`, which is complete."""

    type: str | None = None
    warns: tuple[str, ...] = ()
    undecided: tuple[str, ...] | None = None
    causes: tuple[str, ...] | None = None
    is_held: bool | None = None
    flags: tuple[str, ...] | None = None
    facts: dict[str, Any] = Field(default_factory=dict)
    evidence: tuple[str, ...] | None = None  # "spending 1", "income 202005", of all warnings
    identified: tuple[str, ...] | None = None  # types whose requirements of identification hold
    removal: tuple[str, ...] | None = None  # requirements of removal that do not hold
    removal_unknown: tuple[str, ...] | None = None  # those that cannot be told
    way: Literal["HELP", "SELF"] | None = None  # how the risk went; unsaid: only what is asked of both ways
    sweeps: tuple[str, ...] | None = None  # sweeps that look for this household
    measures: tuple[str, ...] | None = None  # offers for this household


class Situation(Model):
    """A household as the snapshot would hold it, shortened."""

    village: str | int | None = None
    members: int | tuple[dict[str, Any], ...] = 1
    household: dict[str, Any] = Field(default_factory=dict)
    net_income: Amount | None = None
    income: tuple[Income, ...] = ()
    spending: tuple[Spending, ...] = ()
    status: tuple[Status, ...] = ()
    named: dict[str, str] = Field(default_factory=dict)
    risks: tuple[RiskRow, ...] = ()
    measures: tuple[MeasureRow, ...] = ()
    handled: tuple[str, ...] = ()


class Case(Situation):
    """One case: a situation on a day and what is expected. `handled` names evidence: "spending 1", "income 202005"."""

    name: Text
    on: date
    expect: Expect


class CaseFile(Model):
    """All cases of one file."""

    about: str = ""
    cases: tuple[Case, ...] = ()
    areas: tuple[AreaCase, ...] = ()
    values: tuple[ValueCase, ...] = ()
    rounds: tuple[SweepCase, ...] = ()
    claims: tuple[ClaimCase, ...] = ()
    care: tuple[CareCase, ...] = ()
    workflow: tuple[WorkflowCase, ...] = ()
    checks: tuple[Any, ...] = ()  # read by check_cases


def _begun(raw: Any, situations: dict[str, Any], file: str, number: int) -> Any:
    """This function puts a case on top of the situation it begins with (`of`); its own parts replace or extend."""
    if not isinstance(raw, dict) or "of" not in raw:
        return raw
    own = {key: value for key, value in raw.items() if key != "of"}
    base = situations.get(raw["of"])
    if not isinstance(base, dict):
        raise PackError(f"没有名为“{raw['of']}”的情境", file=file, key=f"cases.{number}.of")
    merged = {**base, **own}
    if isinstance(base.get("household"), dict) and isinstance(own.get("household"), dict):
        merged["household"] = {**base["household"], **own["household"]}
    return merged


def cases_read(source: PackSource, place: str, file: str) -> CaseFile:
    """This function reads one case file; raises PackError naming file and key."""
    raw = source.parsed(file)
    if not isinstance(raw, dict):
        raise PackError("要写成“键: 值”的形式", file=file)
    situations = raw.get("situations") or {}
    cases = [_begun(case, situations, file, number) for number, case in enumerate(raw.get("cases") or [])]
    rest = {key: value for key, value in raw.items() if key not in {"situations", "cases"}}
    try:
        return CaseFile.model_validate({**rest, "cases": cases})
    except ValidationError as error:
        raise refusal_of(error, file=file, key="") from None
