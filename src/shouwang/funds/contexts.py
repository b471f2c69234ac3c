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
from shouwang.funds.selectors.payments import Recovery
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

    @property
    def columns(self) -> Sequence[tuple[str, str, bool]]:
        """Heading, field of a line, whether a phone leaves it out; the pool's column only where a pool holds money."""
        columns = [
            ("收到", "received_fen", False), ("拨给下级", "passed_on_fen", True), ("可用", "available_fen", False),
            ("资金池", "pool_fen", False), ("已承诺", "committed_fen", True), ("银行在途", "transit_fen", True),
            ("已支付", "paid_fen", False),
        ]  # fmt: skip
        return [each for each in columns if each[1] != "pool_fen" or any(line.pool_fen for line in self.lines)]

    @property
    def rows(self) -> Sequence[tuple[LevelSum, Sequence[tuple[str, int, bool]]]]:
        """Each line with its amounts in the order of the columns."""
        return [
            (line, [(label, getattr(line, name), is_hidden) for label, name, is_hidden in self.columns])
            for line in self.lines
        ]

    @property
    def totals(self) -> Sequence[tuple[str, int, bool]]:
        """The sums of the columns, in their order; none where one line is all there is."""
        if len(self.lines) < 2:
            return []
        return [
            (label, sum(getattr(line, name) for line in self.lines), is_hidden)
            for label, name, is_hidden in self.columns
        ]


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
    stages: Sequence[Account]


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
    href: str
    is_chosen: bool = False


@dataclass(frozen=True)
class OwedPage:
    """What the viewer's organisation owes, to be put in a batch; `why_not`: what was chosen makes none."""

    tabs: Sequence[Tab]
    lines: Sequence[OwedLine]
    total_fen: int
    may_make: bool
    is_cut: bool
    why_not: str = ""
    picked: int = 0


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

    @property
    def is_open(self) -> bool:
        """Whether it is still to be released."""
        return self.batch.state in (Batch.State.DRAFT, Batch.State.CHECKED)

    @property
    def is_handed(self) -> bool:
        """Whether the bank's file was taken out."""
        return any(act.what == BatchAct.What.HAND for act in self.acts)

    def _number(self, state: Payment.State) -> int:
        return sum(payment.state == state for payment in self.payments)

    @property
    def unknown(self) -> int:
        """How many of its payments nobody knows the fate of."""
        return self._number(Payment.State.UNKNOWN)

    @property
    def returned(self) -> int:
        """How many of its payments came back."""
        return self._number(Payment.State.RETURNED)


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
    recoveries: Sequence[Recovery]
    household_href: str
    settle: Form
    doubt: Form
    recover: Form


@dataclass(frozen=True)
class PayeePage:
    """To whom something owed is paid."""

    owed: Commitment
    form: Form
    cancel: Form
    household_href: str


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
    listed: int
    total: int
    may_note: bool
    has_rules: bool
    watched: Sequence[WatchedAccount]
    form: Form | None
    watch: Form | None
    noted: str
