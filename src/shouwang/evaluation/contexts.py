"""What the pages of evaluation show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from shouwang.casework.selectors.cases import Case
from shouwang.evaluation.models import FollowUp, RollBack, Visit, WeakRemoval
from shouwang.evaluation.selectors import DueLine, Transition
from shouwang.evaluation.selectors.effects import MeasureEffect
from shouwang.rulebook.requirements import Requirement
from shouwang.rulebook.visits import Matching


@dataclass(frozen=True)
class WayLine:
    """One way in which a risk can be gone: what is lacking for it, the nearest in front, and what it alone asks."""

    name: str
    lacking: list[Requirement]
    own: list[Requirement]

    @property
    def unknown(self) -> int:
        """How many of what is lacking cannot be told yet."""
        return sum(one.result is None for one in self.lacking)


@dataclass(frozen=True)
class RemovalPage:
    """What stands between a watched household and the removal of its risk, and the form that proposes it."""

    household: Any
    watched: str
    met: list[Requirement]
    ways: list[WayLine]
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
    """One household in its transition period, as the list shows it; `weak`: what the nightly search found of it."""

    household: Any
    line: DueLine
    is_late: bool
    weak: WeakRemoval | None


@dataclass(frozen=True)
class VisitLine:
    """One case that waits for its return visit."""

    case: Case
    household: Any
    is_late: bool


@dataclass(frozen=True)
class WeakLine:
    """One removal that may have been weak."""

    household: Any
    weak: WeakRemoval


@dataclass(frozen=True)
class RollBackLine:
    """One roll-back that waits for another person to decide."""

    household: Any
    roll_back: RollBack
    is_own: bool


@dataclass(frozen=True)
class DuePage:
    """What waits after help has come and after a removal. `show`: the one part that is listed, empty for all."""

    show: str
    visits: Sequence[VisitLine]
    visit_count: int
    late_visits: int
    weak: Sequence[WeakLine]
    weak_count: int
    roll_backs: Sequence[RollBackLine]
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
class EffectRow:
    """Income of one kind before and after, of the helped and of the matched; what their difference says."""

    name: str
    helped_before: str
    helped_after: str
    matched_before: str
    matched_after: str
    said: str
    interval: str


@dataclass(frozen=True)
class EffectLine:
    """One kind of measure and what it did to income, by kind."""

    effect: MeasureEffect
    rows: tuple[EffectRow, ...]
    balance: str
    said: str


@dataclass(frozen=True)
class Bar:
    """One line of the drawing, in its units: where the interval begins and ends, the estimate, and zero; `words` is
    where its words begin, right of zero where there is room for them.
    """

    name: str
    y: int
    low: int
    high: int
    at: int
    zero: int
    said: str
    words: int
    is_zero_right: bool


@dataclass(frozen=True)
class EffectsPage:
    """What the measures of an area did to income."""

    lines: Sequence[EffectLine]
    bars: Sequence[Bar]
    height: int
    matching: Matching | None
    why_not: str
