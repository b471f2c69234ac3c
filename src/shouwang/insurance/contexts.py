"""What the pages of insurance show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms

from shouwang.insurance.models import (
    Claim,
    ClaimChange,
    ClaimEvent,
    ClaimItem,
    ClaimPaper,
    Computation,
    EarlierPayment,
    Pool,
    PoolEntry,
    SettleLeft,
    SettleWork,
)
from shouwang.insurance.selectors import PoolSums
from shouwang.insurance.services import Reckoned, Replay
from shouwang.office.selectors import Progress
from shouwang.ui.charts import TrendChart
from shouwang.ui.tables import KeyPage


@dataclass(frozen=True)
class ClaimsPage:
    """The desk of claims: counts by state, and one page of rows."""

    tabs: Sequence[tuple[str, str, bool, int]]
    rows: Sequence[Claim]
    page: KeyPage
    state_label: str


@dataclass(frozen=True)
class Way:
    """One thing that may be done next."""

    label: str
    href: str
    is_main: bool = False


@dataclass(frozen=True)
class ClaimPage:
    """One claim: where it stands, how its amount came out, the loss, the papers, what happened."""

    claim: Claim
    cause: str
    steps: Sequence[tuple[str, str, str]]
    next: str
    ways: Sequence[Way]
    facts: Sequence[tuple[str, ...]]
    computation: Computation | None
    reckonings: Sequence[Reckoned]
    earlier: Sequence[EarlierPayment]
    items: Sequence[ClaimItem]
    offsets: Sequence[tuple[str, int]]
    changes: Sequence[ClaimChange]
    papers: Sequence[ClaimPaper]
    missing: Sequence[str]
    events: Sequence[ClaimEvent]
    reads_register: bool
    papers_late: bool


@dataclass(frozen=True)
class OpenPage:
    """Opening a claim about a household."""

    name: str
    place: str
    back: str
    standing: str
    form: forms.Form


@dataclass(frozen=True)
class AssessPage:
    """The loss by item, and what others paid; faults in words, each with the field it is about."""

    claim: Claim
    formset: Any
    offsets: forms.Form
    known: Sequence[tuple[str, str, int]]
    faults: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class PapersPage:
    """Papers to attach."""

    claim: Claim
    form: forms.Form
    missing: Sequence[str]


@dataclass(frozen=True)
class ReplayPage:
    """A computation computed again."""

    replay: Replay


@dataclass(frozen=True)
class PoolsPage:
    """The pools in sight."""

    pools: Sequence[Pool]
    may_open: bool


@dataclass(frozen=True)
class PoolPage:
    """One term of a pool in numbers and movements."""

    pool: Pool
    sums: PoolSums
    claims_count: int
    entries: Sequence[PoolEntry]
    supplements: Sequence[Pool]
    added_to: Sequence[Pool]
    list_form: forms.Form
    list_limit: int
    form: forms.Form | None = None
    may_carry: bool = False
    carry_waits: str = ""  # why a surplus cannot be carried on yet
    may_settle: bool = False
    more: int = field(default=0)
    ledger_fen: int | None = None
    under_way_fen: int = 0
    chart: TrendChart | None = None

    @property
    def agrees(self) -> bool:
        """The ledger says the same as the movements, but for payments on their way."""
        return self.ledger_fen is None or self.ledger_fen + self.under_way_fen == self.pool.balance_fen


@dataclass(frozen=True)
class SettlePage:
    """Many claims of a pool computed in one go: the list to fill in and hand in, and what was asked for before."""

    pool: Pool
    open_count: int
    list_limit: int
    form: forms.Form
    purpose_form: forms.Form
    works: Sequence[SettleWork]
    under_way: Progress | None


@dataclass(frozen=True)
class LeftLine:
    """What could not be computed, beside its claim where it is one."""

    left: SettleLeft
    claim: Claim | None


@dataclass(frozen=True)
class WorkPage:
    """What came of one computation of many claims."""

    pool: Pool
    work: SettleWork
    lines: Sequence[LeftLine]
    page: KeyPage
    under_way: Progress | None
