"""What waits for whoever works with money, and the choices her forms offer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from shouwang.funds.models import (
    Account,
    BankReturn,
    Batch,
    BatchAct,
    Commitment,
    Entry,
    Evidence,
    Payment,
    PaymentEvent,
    Posting,
)
from shouwang.funds.rules import TREASURIES
from shouwang.funds.selectors.ledger import accounts_visible_to
from shouwang.funds.selectors.payments import batches_visible_to, payments_visible_to, steps_taken
from shouwang.kit.money import yuan_text
from shouwang.people.access import Viewer
from shouwang.people.selectors import organisations_under


def batches_for_me(viewer: Viewer, states: Sequence[str]) -> QuerySet[Batch]:
    """This function returns the batches at some steps in which neither the viewer nor who stands for whom took part.

    Who sends a released one may have.
    """
    taken = steps_taken(BatchAct.objects.all(), viewer).values("batch_id")
    rows = batches_visible_to(viewer).filter(state__in=states)
    return rows.filter(Q(state=Batch.State.RELEASED) | ~Q(pk__in=taken))


def batch_visible(viewer: Viewer, batch_id: int) -> Batch | None:
    """This function returns a batch the viewer may read, or None."""
    return batches_visible_to(viewer).filter(pk=batch_id).first()


def payment_visible(viewer: Viewer, payment_id: int) -> Payment | None:
    """This function returns a payment the viewer may read, or None."""
    return payments_visible_to(viewer).filter(pk=payment_id).first()


def acts_of(batch: Batch) -> list[BatchAct]:
    """This function returns what was done with a batch, in order."""
    return list(batch.acts.order_by("pk"))


def returns_of(batch: Batch) -> list[BankReturn]:
    """This function returns the bank's answers to a batch, newest first."""
    return list(batch.returns.order_by("-pk"))


def payment_events(payment: Payment) -> list[PaymentEvent]:
    """This function returns the history of a payment, newest first."""
    return list(payment.events.order_by("-pk"))


def evidence_of(viewer: Viewer, payment: Payment) -> Evidence | None:
    """This function returns the household as it stood when a payment was made, to whom may read the register."""
    if not viewer.reads_register:
        return None
    return Evidence.objects.filter(viewer.q(), payment=payment).first()


def treasuries_below(viewer: Viewer) -> list[tuple[int, str]]:
    """This function returns the organisations that may be given money by the viewer's, the highest level first."""
    rows = organisations_under(viewer).filter(kind__in=TREASURIES).exclude(pk=viewer.organisation_id or 0)
    return [(row.pk, row.name) for row in rows.order_by("area__level", "area__lo", "kind", "pk")]


def years_of(viewer: Viewer) -> list[int]:
    """This function returns the years for which the viewer sees accounts, newest first."""
    return sorted(set(accounts_visible_to(viewer).values_list("year", flat=True)), reverse=True)


def account_postings(account: Account) -> QuerySet[Posting]:
    """This function returns the postings of an account with their entries."""
    return Posting.objects.filter(account=account).select_related("entry")


def stages_of(account: Account) -> list[Account]:
    """This function returns the accounts in which the same money stands in other stages, in the order of its way."""
    rows = Account.objects.filter(
        organisation_id=account.organisation_id, source=account.source, purpose=account.purpose, year=account.year
    )
    order = list(Account.Stage.values)
    return sorted(
        rows.exclude(pk=account.pk).exclude(stage=Account.Stage.ORIGIN), key=lambda row: order.index(row.stage)
    )


def payees_of(postings: Iterable[Posting]) -> dict[int, str]:
    """This function returns whom the money of entries is for, where it is somebody's: the payee by entry."""
    refs, paid = {}, {}
    for entry in (posting.entry for posting in postings):
        if entry.payment_id is not None:
            paid[entry.pk] = entry.payment_id
        elif entry.kind in (Entry.Kind.COMMIT, Entry.Kind.FREE):
            refs[entry.pk] = entry.key.removeprefix("commitment:").rpartition(":")[0]
    owed = dict(Commitment.objects.filter(source_ref__in=set(refs.values())).values_list("source_ref", "payee_name"))
    names = dict(Payment.objects.filter(pk__in=set(paid.values())).values_list("pk", "payee_name"))
    return {entry: owed.get(ref, "") for entry, ref in refs.items()} | {
        entry: names.get(payment, "") for entry, payment in paid.items()
    }


def purposes_known(viewer: Viewer) -> list[str]:
    """This function returns how purposes of the viewer's money are written."""
    return sorted(set(accounts_visible_to(viewer).values_list("purpose", flat=True)))


def batches_listed(viewer: Viewer, state: str) -> QuerySet[Batch]:
    """This function returns the batches in sight, of one state or of all."""
    rows = batches_visible_to(viewer)
    return rows.filter(state=state) if state in Batch.State.values else rows


def purposes_to_pay(viewer: Viewer) -> list[str]:
    """This function returns for which purposes the viewer's organisation has money of its own to pay out."""
    rows = accounts_visible_to(viewer).filter(
        organisation_id=viewer.organisation_id or 0, stage=Account.Stage.AVAILABLE
    )
    return sorted(set(rows.values_list("purpose", flat=True)))


def accounts_to_pay(viewer: Viewer) -> list[tuple[int, str]]:
    """This function returns the viewer's organisation's money that can be paid out, the oldest first, with its sum."""
    rows = accounts_visible_to(viewer).filter(
        organisation_id=viewer.organisation_id or 0, stage=Account.Stage.AVAILABLE, balance_fen__gt=0
    )
    return [
        (row.pk, f"{row.purpose}（{row.get_source_display()} {row.year} 年度，可用 {yuan_text(row.balance_fen)} 元）")
        for row in rows.order_by("year", "purpose", "pk")
    ]
