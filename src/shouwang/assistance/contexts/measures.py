"""What the pages of measures show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from shouwang.assistance.models import Measure
from shouwang.assistance.selectors import AidCount
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
    table: Table
    problem: str = ""
