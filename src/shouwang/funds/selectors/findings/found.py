"""What a finding is, and what the findings of one look rest on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from shouwang.funds.models import Commitment, Payment
from shouwang.funds.selectors.payments import payments_visible_to
from shouwang.kit.masks import account_tail
from shouwang.people.access import Viewer
from shouwang.rulebook.funds import FundsPolicy

# What an organisation is paid for what it did for a household.
TO_ORGANISATION = Q(commitment__relation=Commitment.Relation.PROVIDER)
GONE = (Payment.State.RETURNED, Payment.State.DROPPED)
# What is sealed and what a payment rests on stays in the database.
HEAVY = ("sealed_account", "commitment__sealed_account", "commitment__account_blind", "batch__tier")
# A finding may rest on ten thousand payments: that many of them are read, the oldest first.
MOST_EVIDENCE = 100
NAMES = {
    "REST": "滞留", "WITHHELD": "截留", "SHIFTED": "挪用", "CHARGED": "挤占", "SHARED": "一个账户多户",
    "OFFICIAL": "打进干部账户", "AFTER": "去世、销户或退出后仍支付", "SPLIT": "疑似拆分支付", "NEAR": "刚好低于上一档",
    "ROUND": "整数支付集中",
}  # fmt: skip


@dataclass(frozen=True)
class Evident:
    """One row of evidence: when, what, how much, and the payment or account it leads to."""

    on: date
    text: str
    amount_fen: int
    payment_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True)
class Finding:
    """Something to be looked into. `key` is the same each time it is computed; `clause` is the rule it rests on.

    `owner` is the organisation whose money it is: who answers for it until somebody else is named.
    """

    kind: str
    name: str
    key: str
    slot: int
    title: str
    amount_fen: int
    since: date
    clause: str
    owner: str
    evidence: Sequence[Evident]
    count: int = 0  # rows of evidence there are, where more than those that were read

    @property
    def left_out(self) -> int:
        """How many rows of evidence were not read."""
        return max(0, self.count - len(self.evidence))


@dataclass(frozen=True)
class Ground:
    """What the findings of one look rest on."""

    viewer: Viewer
    on: date
    rules: Sequence[FundsPolicy]

    @property
    def payments(self) -> QuerySet[Payment]:
        """What went to the bank and did not come back, by the day it was sent; each look narrows it in the database."""
        rows = payments_visible_to(self.viewer).filter(sent_on__isnull=False).exclude(state__in=GONE)
        return rows.defer(*HEAVY).order_by("sent_on", "pk")

    @property
    def tiers(self) -> FundsPolicy | None:
        """The newest rules in sight that say what splitting is."""
        return next((each for each in self.rules if each.split is not None and each.tiers), None)


def made(kind: str, key: object, **more: object) -> Finding:
    """This function returns a finding of a kind."""
    return Finding(kind=kind, name=NAMES[kind], key=f"{kind}:{key}", **more)  # type: ignore[arg-type]


def first_of_each(payments: QuerySet[Payment], name: str) -> dict[Any, list[Payment]]:
    """This function reads payments by the value of a field, of each value no more than the first MOST_EVIDENCE."""
    ranked = payments.annotate(rank=Window(RowNumber(), partition_by=F(name), order_by=["sent_on", "pk"]))
    found: dict[Any, list[Payment]] = defaultdict(list)
    for payment in ranked.filter(rank__lte=MOST_EVIDENCE).order_by("sent_on", "pk"):
        value = getattr(payment, name)
        found[bytes(value) if isinstance(value, memoryview) else value].append(payment)
    return found


def sent(payment: Payment) -> date:
    """This function returns the day a payment went to the bank."""
    return payment.sent_on or payment.batch.made_on


def line(payment: Payment) -> Evident:
    """This function returns a payment as a row of evidence."""
    text = f"{payment.payee_name} {account_tail(payment.account_shown)}（{payment.get_state_display()}）"
    return Evident(sent(payment), text, payment.amount_fen, payment_id=payment.pk)
