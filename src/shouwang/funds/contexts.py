"""What the pages of funds show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import Form

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
from shouwang.funds.selectors.ledger import LevelSum
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


@dataclass(frozen=True)
class DeskPage:
    """Money by level, and what waits."""

    tabs: Sequence[Tab]
    waiting: Sequence[Waiting]
    groups: Sequence[LevelGroup]
    year: int
    years: Sequence[int]
    may_budget: bool
    elapsed: Sequence[Elapsed]
    is_wrong: int


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
    anchor: str


@dataclass(frozen=True)
class FindingsPage:
    """What looks wrong, by kind."""

    tabs: Sequence[Tab]
    kinds: Sequence[tuple[str, str, int]]
    kind: str
    lines: Sequence[FindingLine]
    may_note: bool
    has_rules: bool
    watched: Sequence[WatchedAccount]
    form: Form | None
    watch: Form | None
