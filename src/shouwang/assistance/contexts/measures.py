"""What the pages of measures show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from shouwang.assistance.models import Confirmation, Measure
from shouwang.assistance.selectors import AidCount, AidOfType, CountTotal, Matched
from shouwang.casework.selectors.cases import Case
from shouwang.funds.services import Grant
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.people.selectors import AreaRow
from shouwang.ui.tables import Table


@dataclass(frozen=True)
class MeasureRow:
    """One measure with its money."""

    measure: Measure
    grant: Grant | None
    person: str
    may_deliver: bool
    counted: int = 0
    proofs: tuple[int, ...] = ()
    confirmation: Confirmation | None = None
    may_confirm: bool = False

    @property
    def kind(self) -> str:
        return MeasureKind(self.measure.kind).label


@dataclass(frozen=True)
class PlanPage:
    """The help of one case."""

    case: Case
    household: Any
    rows: list[MeasureRow]
    form: forms.Form | None
    may_complete: bool
    completion: str
    waiting: int
    matched: list[Matched]
    chosen: str = ""


@dataclass(frozen=True)
class DeliverPage:
    """One measure to be recorded as arrived."""

    measure: Measure
    kind: str
    person: str
    form: forms.Form


@dataclass(frozen=True)
class AidsPage:
    """救助户次和人次: the times of help of an area and a period, and what they come to."""

    area: AreaRow
    since: date
    until: date
    count: AidCount
    by_type: list[AidOfType]
    table: Table
    problem: str = ""


@dataclass(frozen=True)
class ConfirmPage:
    """A delivered measure of which the household is asked."""

    measure: Measure
    kind: str
    household: Any
    form: forms.Form
    earlier: list[Confirmation]


@dataclass(frozen=True)
class HelpPart:
    """One list of the desk of assistance with how many rows it has in all."""

    key: str
    title: str
    count: int
    table: Table
    empty: str


@dataclass(frozen=True)
class HelpDeskPage:
    """The desk of assistance: cases to plan for, measures late, due and not yet confirmed; or one of these, paged."""

    parts: list[HelpPart]
    is_whole: bool
    may_count: bool
    may_see_counts: bool


@dataclass(frozen=True)
class CountsPage:
    """Help of an area and a year by the areas below and by measure; `by_measure` is (name, people, fen) in all."""

    area: AreaRow
    year: int
    total: CountTotal
    aids: AidCount
    table: Table
    by_measure: list[tuple[Any, ...]]
