"""What the pages of recurring entitlements show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from shouwang.assistance.models import (
    Entitlement,
    EntitlementChange,
    EntitlementFinding,
    EntitlementPayee,
    MonthWork,
)
from shouwang.assistance.selectors import MonthSum
from shouwang.assistance.services import TakenFile
from shouwang.funds.selectors import RequestStanding
from shouwang.ui.tables import Table

PAYMENTS = {
    "WAITING": "已留出，等制单", "BATCHED": "在支付批次里", "RETURNED": "银行退回，先核实账户", "PAID": "银行已付",
    "CANCELLED": "已取消",
}  # fmt: skip


@dataclass(frozen=True)
class FindingLine:
    """One finding with the household it is about, None where the reader may not see it.

    `payment` is how far its month is paid, where the county centre pays it; `form` is None for who settles nothing.
    """

    finding: EntitlementFinding
    household: Any
    payment: RequestStanding | None = None
    form: forms.Form | None = None

    @property
    def paid_text(self) -> str:
        """This function says where the payment stands; empty where a department pays."""
        return PAYMENTS.get(self.payment.state, "") if self.payment is not None else ""

    @property
    def may_come_back(self) -> bool:
        """Whether money of the month may have come back: it was paid, or a department says that it paid."""
        own = bool(self.finding.entitlement.purpose)
        return bool(self.finding.amount_fen) and (
            not own or (self.payment is not None and self.payment.state == "PAID")
        )


@dataclass(frozen=True)
class EntitlementsPage:
    """The entitlements of a place or a department as they stand in a month; `offer`: the one they are narrowed to."""

    month: date
    offer: str
    offers: list[tuple[str, str]]
    sum: MonthSum
    works: list[MonthWork]
    under_way: Any
    table: Table
    findings: list[FindingLine]
    finding_count: int
    may_run: bool
    may_take: bool


@dataclass(frozen=True)
class MonthLine:
    """A month that was recorded, and how far its payment is where the county centre pays it."""

    month: date
    amount_fen: int
    payment: RequestStanding | None = None

    @property
    def paid_text(self) -> str:
        """This function says where the payment stands; empty where a department pays."""
        return PAYMENTS.get(self.payment.state, "") if self.payment is not None else ""


@dataclass(frozen=True)
class EntitlementPage:
    """One entitlement: its changes, the months that came, and a form where the reader may change it."""

    entitlement: Entitlement
    household: Any
    changes: list[EntitlementChange]
    months: list[MonthLine]
    form: forms.Form | None
    payees: list[tuple[EntitlementPayee, str]]
    payee_form: forms.Form | None


@dataclass(frozen=True)
class StartPage:
    """What a household has, and a form for one more."""

    household: Any
    form: forms.Form
    table: Table


@dataclass(frozen=True)
class FilePage:
    """A form for a department's file, and what came of the one just taken; `names` are what the file may name."""

    form: forms.Form
    taken: TakenFile | None
    names: list[str]
