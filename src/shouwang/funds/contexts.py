"""What the pages of funds show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import Form

from shouwang.casework.selectors.cases import Case
from shouwang.funds.models import (
    Account,
    BankReturn,
    Batch,
    BatchAct,
    Commitment,
    Evidence,
    FindingNote,
    Payment,
    PaymentEvent,
    Resolution,
    WatchedAccount,
)
from shouwang.funds.selectors.findings import Elapsed, Finding
from shouwang.funds.selectors.flow import Flow
from shouwang.funds.selectors.ledger import LevelSum
from shouwang.ui.charts import BarChart
from shouwang.ui.tables import KeyPage, Table

Tab = tuple[str, str, bool]


@dataclass(frozen=True)
class Waiting:
    """A number that waits for the viewer, and the rows it counts."""

    number: int
    label: str
    href: str
    note: str = ""


@dataclass(frozen=True)
class LevelGroup:
    """The money of one organisation; `lines` are its kinds of money."""

    name: str
    lines: Sequence[LevelSum]

    def _sum(self, name: str) -> int:
        return sum(getattr(line, name) for line in self.lines)

    @property
    def totals(self) -> Sequence[tuple[str, int]]:
        """The sums of the columns, in their order; none where one line is all there is."""
        names = {
            "收到": "received_fen", "拨给下级": "passed_on_fen", "可用": "available_fen", "已承诺": "committed_fen",
            "银行在途": "transit_fen", "已支付": "paid_fen",
        }  # fmt: skip
        return [(label, self._sum(name)) for label, name in names.items()] if len(self.lines) > 1 else []


@dataclass(frozen=True)
class DeskPage:
    """Money by level, and what waits."""

    tabs: Sequence[Tab]
    waiting: Sequence[Waiting]
    works: bool
    groups: Sequence[LevelGroup]
    year: int
    years: Sequence[int]
    may_budget: bool
    may_close: bool
    elapsed: Sequence[Elapsed]
    is_wrong: int


@dataclass(frozen=True)
class FlowPage:
    """How money went down the levels in a year; a chart is None where there is nothing to draw."""

    tabs: Sequence[Tab]
    year: int
    years: Sequence[int]
    flows: Sequence[Flow]
    level_chart: BarChart | None
    days_chart: BarChart | None
    delivery_chart: BarChart | None


@dataclass(frozen=True)
class ClosePage:
    """What is left of a year, to be carried over; what is still on its way stays."""

    year: int
    left: Sequence[Account]
    total_fen: int
    open_fen: int
    is_over: bool
    form: Form


@dataclass(frozen=True)
class ExportPage:
    """Which list leaves the house."""

    tabs: Sequence[Tab]
    form: Form
    limit: int


@dataclass(frozen=True)
class AskPage:
    """The payment of what a case was granted is asked for; `before` is what was asked for already."""

    case: Case
    head: str
    form: Form
    is_payable: bool
    has_money: bool
    before: Sequence[Commitment]


@dataclass(frozen=True)
class AccountPage:
    """One account and its postings."""

    account: Account
    table: Table
    page: KeyPage
    may_move: bool


@dataclass(frozen=True)
class MoveFormPage:
    """A form that moves money."""

    title: str
    lead: str
    form: Form
    button: str
    back: str


@dataclass(frozen=True)
class OwedLine:
    """An amount owed as the desk lists it."""

    owed: Commitment
    place: str
    head: str
    why_not: str


@dataclass(frozen=True)
class OwedPage:
    """What the viewer's organisation owes, to be put in a batch."""

    tabs: Sequence[Tab]
    lines: Sequence[OwedLine]
    total_fen: int
    may_make: bool
    is_cut: bool


@dataclass(frozen=True)
class BatchesPage:
    """Batches, those that wait first."""

    tabs: Sequence[Tab]
    table: Table
    page: KeyPage
    state: str
    is_mine: bool
    states: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class BatchPage:
    """One batch: its lines, who did what, and what the viewer may do next."""

    batch: Batch
    acts: Sequence[BatchAct]
    payments: Sequence[Payment]
    returns: Sequence[BankReturn]
    step: str
    why_not: str
    may_reject: bool
    may_send: bool
    may_hand: bool
    may_answer: bool
    form: Form | None
    counts: Sequence[tuple[str, int, int]]


@dataclass(frozen=True)
class UnknownPage:
    """Payments whose fate nobody knows, the oldest first."""

    tabs: Sequence[Tab]
    table: Table


@dataclass(frozen=True)
class PaymentPage:
    """One payment: its way, the household as it stood, and how its fate is settled."""

    payment: Payment
    events: Sequence[PaymentEvent]
    evidence: Evidence | None
    is_evidence_whole: bool
    facts: Sequence[tuple[Any, ...]]
    members: Sequence[dict[str, Any]]
    asked: Resolution | None
    may_settle: bool
    is_own_word: bool
    may_recover: bool
    recovered_fen: int
    household_href: str


@dataclass(frozen=True)
class PayeePage:
    """To whom something owed is paid."""

    owed: Commitment
    form: Form
    cancel: Form


@dataclass(frozen=True)
class FindingLine:
    """A finding with what was decided about it."""

    finding: Finding
    place: str
    note: FindingNote | None
    is_late: bool
    anchor: str


@dataclass(frozen=True)
class FindingsPage:
    """What looks wrong, by kind and by what became of it; `noted` is the finding whose form comes back with errors."""

    tabs: Sequence[Tab]
    kinds: Sequence[tuple[str, str, int]]
    states: Sequence[tuple[str, str, bool, int]]
    asked: str
    lines: Sequence[FindingLine]
    total: int
    may_note: bool
    has_rules: bool
    watched: Sequence[WatchedAccount]
    form: Form | None
    watch: Form | None
    noted: str
