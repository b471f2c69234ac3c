"""What became of payments: the money follows, what is owed follows, the grant follows; each at most once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F
from django.utils import timezone

from shouwang.funds.models import Batch, Commitment, Entry, Grant, Payment
from shouwang.funds.services.batches import events_add
from shouwang.funds.services.grants import Benefit, grant_cancel, grant_record
from shouwang.funds.services.sending import Way, payments_move
from shouwang.people.access import Viewer

OPEN_STATES = (Payment.State.SENT, Payment.State.UNKNOWN)


def payments_settle(
    viewer: Viewer, batch: Batch, payments: Sequence[Payment], outcomes: Mapping[str, tuple[str, str]], *, at: datetime
) -> None:
    """This function settles payments of a locked batch: outcomes (state, reason) by reference; closes it when all are.

    What was in transit becomes paid or goes back to what is owed; what was paid may still come back.
    """
    paid = [each for each in payments if outcomes.get(each.reference, ("",))[0] == Payment.State.PAID]
    back = [each for each in payments if outcomes.get(each.reference, ("",))[0] == Payment.State.RETURNED]
    fresh = [each for each in back if each.state in OPEN_STATES]
    late = [each for each in back if each.state == Payment.State.PAID]
    payments_move(
        viewer,
        Way(paid, Entry.Kind.PAY, "paid", "TRANSIT", "PAID"),
        Way(fresh, Entry.Kind.RETURN, "returned", "TRANSIT", "COMMITTED"),
        Way(late, Entry.Kind.RETURN, "back", "PAID", "COMMITTED"),
        at=at,
    )
    _mark(paid, Payment.State.PAID, outcomes, viewer, at)
    _mark(back, Payment.State.RETURNED, outcomes, viewer, at)
    _owed(paid, Commitment.State.PAID, needs_payee=False)
    _owed(back, Commitment.State.OPEN, needs_payee=True)
    recorded = _recorded(paid)
    for payment in paid:
        if payment.commitment.source_ref not in recorded:
            _grant_add(viewer, batch, payment, at)
    for payment in late:
        _grant_take(viewer, payment, at)
    batch_close(batch)


def _mark(
    payments: Sequence[Payment], state: str, outcomes: Mapping[str, tuple[str, str]], viewer: Viewer, at: datetime
) -> None:
    for payment in payments:
        payment.state, payment.settled_on = state, timezone.localdate(at)
        payment.reason = outcomes[payment.reference][1][:200]
    Payment.objects.bulk_update(payments, ["state", "settled_on", "reason"], batch_size=2000)
    events_add(payments, state, viewer, at, {payment.pk: payment.reason for payment in payments})


def _owed(payments: Sequence[Payment], state: str, *, needs_payee: bool) -> None:
    ids = [payment.commitment_id for payment in payments]
    Commitment.objects.filter(pk__in=ids).update(state=state, needs_payee=needs_payee, version=F("version") + 1)


def _recorded(payments: Sequence[Payment]) -> set[str]:
    """This function returns which payments' benefits the room that asked for them has recorded already."""
    asked = {payment.commitment.source_ref for payment in payments}
    found = Grant.objects.filter(source_ref__in=asked, cancelled_at__isnull=True)
    return set(found.values_list("source_ref", flat=True))


def _grant_add(viewer: Viewer, batch: Batch, payment: Payment, at: datetime) -> None:
    """This function records the benefit."""
    owed = payment.commitment
    if owed.household_id is None:  # for somebody who is not in the register: no household's benefit
        return
    grant_record(
        viewer=viewer, slot=owed.slot, household_id=owed.household_id, person_id=owed.person_id, case_id=owed.case_id,
        benefit=Benefit(
            payer_name=batch.organisation_name, payer_organisation_id=batch.organisation_id, purpose=owed.purpose,
            amount_fen=payment.amount_fen, unit=Grant.Unit.ONCE, standing=Grant.Standing.PAID_BY_US,
            from_date=timezone.localdate(at),
        ),
        source_ref=f"payment:{payment.reference}", at=at,
    )  # fmt: skip


def _grant_take(viewer: Viewer, payment: Payment, at: datetime) -> None:
    found = Grant.objects.filter(source_ref=f"payment:{payment.reference}", cancelled_at__isnull=True).first()
    if found is not None:
        grant_cancel(viewer=viewer, grant_id=found.pk, reason="银行入账后又退回", at=at)


def batch_close(batch: Batch) -> None:
    """This function closes a batch none of whose payments is open, and opens one again that has an open one."""
    is_open = batch.payments.filter(state__in=OPEN_STATES).exists()
    batch.state = Batch.State.SENT if is_open else Batch.State.CLOSED
    batch.version += 1
    batch.save(update_fields=["state", "version"])
