"""What the pages of evaluation show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from shouwang.casework.selectors.cases import Case
from shouwang.evaluation.models import FollowUp, RollBack, Visit
from shouwang.evaluation.selectors import DueLine, Transition
from shouwang.evaluation.selectors.effects import MeasureEffect
from shouwang.rulebook.requirements import Requirement
from shouwang.rulebook.visits import Matching


@dataclass(frozen=True)
class RemovalPage:
    """What stands between a watched household and the removal of its risk, and the form that proposes it."""

    household: Any
    watched: str
    met: list[Requirement]
    ways: list[tuple[str, bool, list[Requirement]]]  # name, whether all holds, what it alone asks
    asked: list[Requirement]
    form: forms.Form | None
    why_not: str


@dataclass(frozen=True)
class VisitPage:
    """The visits of one case and the form for the next."""

    case: Case
    household: Any
    visits: list[Visit]
    helped: list[tuple[str, str]]
    form: forms.Form | None
    why_not: str


@dataclass(frozen=True)
class TransitionLine:
    """One household in its transition period, as the list shows it."""

    household: Any
    line: DueLine
    is_late: bool
    failing: Sequence[Requirement]


@dataclass(frozen=True)
class VisitLine:
    """One case that waits for its return visit."""

    case: Case
    household: Any
    is_late: bool


@dataclass(frozen=True)
class DuePage:
    """The visits that are due: of cases, and of transition periods."""

    visits: Sequence[VisitLine]
    visit_count: int
    late_visits: int
    lines: Sequence[TransitionLine]
    line_count: int
    late_lines: int
    page: Any
    may_compare: bool


@dataclass(frozen=True)
class TransitionPage:
    """One household after the removal of its risk; a form is None where the viewer does not act."""

    household: Any
    found: Transition | None
    is_running: bool
    is_late: bool
    follow_ups: Sequence[FollowUp]
    roll_backs: Sequence[RollBack]
    follow_up: forms.Form | None
    propose: forms.Form | None
    decide: forms.Form | None
    report_href: str


@dataclass(frozen=True)
class EffectLine:
    """One kind of measure: rows of (income kind, change of the helped, of the matched, said, interval)."""

    effect: MeasureEffect
    rows: tuple[tuple[str, str, str, str, str], ...]
    balance: str
    said: str


@dataclass(frozen=True)
class Bar:
    """One line of the drawing, in its units: where the interval begins and ends, the estimate, and zero."""

    name: str
    y: int
    low: int
    high: int
    at: int
    zero: int
    said: str


@dataclass(frozen=True)
class EffectsPage:
    """What the measures of an area did to income."""

    lines: Sequence[EffectLine]
    bars: Sequence[Bar]
    height: int
    matching: Matching | None
    why_not: str
