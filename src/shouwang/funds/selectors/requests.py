"""What became of payments that other rooms asked for, by the name they asked under."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from shouwang.funds.models import Commitment, Entry, Grant, Payment
from shouwang.funds.selectors.payments import recovered_fen


@dataclass(frozen=True)
class RequestStanding:
    """Where a payment stands: WAITING, BATCHED, RETURNED (its account is to be looked at), PAID, CANCELLED.

    `reference`, `paid_on`, `payment_id` and `grant_id` are of the payment that was made; `recovered_fen` came back of
    it; `reason` is the bank's; `source` says whose money it is.
    """

    source_ref: str
    state: str
    amount_fen: int
    reference: str = ""
    paid_on: date | None = None
    payment_id: int | None = None
    grant_id: int | None = None
    recovered_fen: int = 0
    reason: str = ""
    source: str = ""


def request_standings(source_refs: Iterable[str]) -> dict[str, RequestStanding]:
    """This function returns what became of payments, by the name they were asked for under; unknown names are left out.

    In the scope of whoever asks.
    """
    owed = list(Commitment.objects.select_related("account").filter(source_ref__in=list(source_refs)))
    latest: dict[int, Payment] = {}
    payments = Payment.objects.filter(commitment_id__in=[row.pk for row in owed])
    for payment in payments.exclude(state=Payment.State.DROPPED).order_by("pk"):
        latest[payment.commitment_id] = payment
    paid = [payment for payment in latest.values() if payment.state == Payment.State.PAID]
    grants = dict(
        Grant.objects.filter(
            source_ref__in=[f"payment:{payment.reference}" for payment in paid], cancelled_at__isnull=True
        ).values_list("source_ref", "pk")
    )
    back = recovered_fen(payment.pk for payment in paid)
    return {row.source_ref: _standing(row, latest.get(row.pk), grants, back) for row in owed}


def _standing(
    row: Commitment, payment: Payment | None, grants: dict[str, int], back: dict[int, int]
) -> RequestStanding:
    if row.state == Commitment.State.PAID and payment is not None:
        return RequestStanding(
            row.source_ref, "PAID", row.amount_fen, payment.reference, payment.settled_on, payment.pk,
            grants.get(f"payment:{payment.reference}"), back.get(payment.pk, 0), source=row.account.source,
        )  # fmt: skip
    if row.state == Commitment.State.CANCELLED:
        return RequestStanding(row.source_ref, "CANCELLED", row.amount_fen, reason=row.cancelled_reason,
                               source=row.account.source)  # fmt: skip
    if row.state == Commitment.State.BATCHED:
        return RequestStanding(row.source_ref, "BATCHED", row.amount_fen)
    if row.needs_payee:
        return RequestStanding(
            row.source_ref, "RETURNED", row.amount_fen, reason=payment.reason if payment is not None else ""
        )
    return RequestStanding(row.source_ref, "WAITING", row.amount_fen)


def requests_paid(*, beginning: str) -> QuerySet[Any, Any]:
    """This function returns the names of payments, of those that begin so, that were made and stand, as a query to
    filter by; in the scope of whoever asks."""
    paid = Commitment.objects.filter(state=Commitment.State.PAID, source_ref__startswith=beginning)
    return paid.values_list("source_ref", flat=True)


def requests_brought_back(*, since: datetime) -> set[str]:
    """This function returns the names of payments of which money came back since: by the bank, or from the payee."""
    kinds = [Entry.Kind.RETURN, Entry.Kind.RECOVER]
    back = Entry.objects.filter(kind__in=kinds, at__gte=since, payment_id__isnull=False).values("payment_id")
    return set(Payment.objects.filter(pk__in=back).values_list("commitment__source_ref", flat=True))
