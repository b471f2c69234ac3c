"""What the pages that join rooms show: one frozen dataclass a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shouwang.desks.rules import Count, Entry, Link, Question, WorkRow
from shouwang.desks.selectors.around import LampLine, Report
from shouwang.desks.selectors.board import BoardLevel
from shouwang.desks.selectors.granted import GrantedTask
from shouwang.desks.selectors.household import (
    CaseLine,
    ClaimLine,
    MeasureLine,
    Money,
    PaymentLine,
    VisitLine,
    WarningLine,
)
from shouwang.desks.selectors.recurring import CareLine, EntitlementLine
from shouwang.insurance.care.selectors import CareMonth
from shouwang.office.selectors import Progress
from shouwang.public.selectors import Granted
from shouwang.register.selectors import Fact, HouseholdFile, IncomeLine
from shouwang.register.selectors.facts import UNKNOWN
from shouwang.sources.selectors.feeds import Freshness
from shouwang.ui.tables import KeyPage


@dataclass(frozen=True)
class DeskPage:
    """Everyone's desk; what a kind of organisation does not have is empty."""

    name: str
    role: str
    main: Link | None
    waiting: Question | None
    late: Question | None
    returned: Question | None
    reports: Sequence[Report]
    all_reports: str
    lamps: Sequence[LampLine]
    to_look_at: Sequence[Count]
    stale: Sequence[Freshness]
    feeds: Sequence[Freshness]
    under_way: Sequence[Progress]
    ways: Sequence[Link]
    is_officer: bool
    board_href: str = ""


@dataclass(frozen=True)
class LatePage:
    """The late tasks of other organisations."""

    tabs: Sequence[tuple[str, str, bool, int]]
    rows: Sequence[tuple[str, WorkRow]]
    page: KeyPage
    total: int


@dataclass(frozen=True)
class BoardPage:
    """What is late by level: whose, how many, how long; and what was taken up to the viewer."""

    area: str
    levels: Sequence[BoardLevel]
    standing: Sequence[tuple[WorkRow, str]]
    standing_count: int
    total: int

    @property
    def standing_more(self) -> int:
        """How many that were taken up are not listed."""
        return self.standing_count - len(self.standing)


@dataclass(frozen=True)
class HouseholdPage:
    """一户一档 for a reader of the register."""

    file: HouseholdFile
    on: date
    now: Sequence[CaseLine]
    closed: Sequence[CaseLine]
    pending: Sequence[str]
    main: Link | None
    others: Sequence[Link]
    warnings: Sequence[WarningLine]
    money: Sequence[tuple[Money, Sequence[str]]]
    payments: Sequence[PaymentLine]
    measures: Sequence[MeasureLine]
    claims: Sequence[ClaimLine]
    entitlements: Sequence[EntitlementLine]
    begin: str  # where one more is begun
    care: Sequence[CareLine]
    visits: Sequence[VisitLine]
    timeline: Sequence[Entry]
    older: Sequence[Entry]
    pay_hrefs: Sequence[Link] = ()  # where the payment of what a case was granted is asked for
    why_no_warning: str = ""  # the page that tells how far the household is from one
    screened: tuple[date, list[str]] | None = None  # the last run's day and the data it missed, where it found nothing

    @property
    def facts(self) -> Sequence[Fact]:
        """The facts that are known, and those whose absence somebody objects to."""
        return [fact for fact in self.file.facts if fact.text != UNKNOWN or fact.is_objected]

    @property
    def facts_missing(self) -> Sequence[str]:
        return [fact.label for fact in self.file.facts if fact.text == UNKNOWN and not fact.is_objected]

    @property
    def incomes(self) -> Sequence[IncomeLine]:
        return [line for line in self.file.incomes if line.amount_fen is not None]

    @property
    def incomes_missing(self) -> Sequence[str]:
        return [line.label for line in self.file.incomes if line.amount_fen is None]

    @property
    def cases(self) -> Sequence[CaseLine]:
        return [*self.now, *self.closed]


@dataclass(frozen=True)
class GrantedPage:
    """A household as a department or the insurer sees it: through its live tasks, and no further."""

    name: str
    place: str
    tasks: Sequence[GrantedTask]


@dataclass(frozen=True)
class StatementPage:
    """What the household reads of itself: what was granted and how far it has come, every other benefit by payer.

    `opened` is what the next form of the page carries.
    """

    file: HouseholdFile
    on: date
    granted: Sequence[Granted]
    money: Sequence[tuple[Money, Sequence[str]]]
    measures: Sequence[MeasureLine]
    care: Sequence[CareMonth]
    opened: str

    @property
    def has_money(self) -> bool:
        return bool(self.granted) or any(part.lines for part, _ in self.money)

    @property
    def granted_fen(self) -> int:
        return sum(line.amount_fen for line in self.granted)

    @property
    def paid_fen(self) -> int:
        """What has reached the household's accounts, less what it gave back."""
        return sum(line.amount_fen - line.recovered_fen for line in self.granted if line.is_paid)
