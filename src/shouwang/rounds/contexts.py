"""What each page of rounds shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shouwang.register.selectors import HouseholdCard
from shouwang.rounds.forms import FindingForm, OpenForm
from shouwang.rounds.models import Round, RoundVisit
from shouwang.rounds.selectors import Coverage, PlaceLine, SweepOption
from shouwang.ui.tables import KeyPage


@dataclass(frozen=True)
class RoundLine:
    """A round in a list."""

    round: Round
    coverage: Coverage
    place: str
    is_late: bool


@dataclass(frozen=True)
class RoundsPage:
    """The rounds of an area, and what is due."""

    lines: Sequence[RoundLine]
    page: KeyPage
    due: Sequence[SweepOption]
    may_open: bool


@dataclass(frozen=True)
class TownChoice:
    """A township with its villages to tick."""

    name: str
    lo: int
    villages: Sequence[tuple[int, str, bool]]
    is_ticked: bool = False
    is_open: bool = False


@dataclass(frozen=True)
class OpenPage:
    """Opening a round."""

    form: OpenForm
    sweeps: Sequence[SweepOption]
    towns: Sequence[TownChoice]


@dataclass(frozen=True)
class RoundPage:
    """One round: how far, where not."""

    round: Round
    coverage: Coverage
    towns: Sequence[PlaceLine]
    villages: Sequence[PlaceLine]
    town: PlaceLine | None
    may_close: bool
    problem: str = ""
    typed: str = ""


@dataclass(frozen=True)
class VisitLine:
    """A household of a round."""

    visit: RoundVisit
    card: HouseholdCard | None


@dataclass(frozen=True)
class VillagePage:
    """A village's households in a round."""

    round: Round
    village: PlaceLine
    show: str
    lines: Sequence[VisitLine]
    page: KeyPage
    may_mark: bool
    problem: str = ""


@dataclass(frozen=True)
class FindingPage:
    """What was found at a household."""

    round: Round
    form: FindingForm
    card: HouseholdCard
