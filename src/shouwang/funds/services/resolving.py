"""Where nobody knows what the bank did: two people settle it; money got back after it was paid."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.funds.errors import (
    AmountNotPositive,
    BatchNotThere,
    NotMoneyWork,
    PaymentNotFound,
    PaymentNotUnknown,
    ReasonNeeded,
    RecoveredTooMuch,
    ResolutionNone,
    ResolutionOpen,
    ResolutionSamePerson,
)
from shouwang.funds.models import Entry, Payment, Resolution
from shouwang.funds.rules import SETTLERS, TREASURY_ROLES
from shouwang.funds.selectors.payments import payments_visible_to, recovered_fen
from shouwang.funds.services.accounts import treasurer_check
from shouwang.funds.services.batches import batch_locked, events_add
from shouwang.funds.services.grants import grant_lessen
from shouwang.funds.services.ledger import Movement, entries_post
from shouwang.funds.services.sending import stage_account
from shouwang.funds.services.settling import payments_settle
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Viewer


def settler_check(viewer: Viewer) -> int:
    """This function returns the user of a viewer who may settle payments; raises NotMoneyWork."""
    if viewer.kind not in SETTLERS or viewer.role not in TREASURY_ROLES or viewer.user_id is None:
        raise NotMoneyWork
    return viewer.user_id


def _payment(viewer: Viewer, payment_id: int, at: datetime) -> Payment:
    """This function returns a payment with its batch locked; raises PaymentNotFound, ClockBack."""
    found = payments_visible_to(viewer).filter(pk=payment_id).first()
    if found is None:
        raise PaymentNotFound
    batch_locked(viewer, found.batch_id, at=at)
    return Payment.objects.select_related("commitment__account", "batch").get(pk=payment_id)


def payment_doubt(*, viewer: Viewer, payment_id: int, reason: str, at: datetime) -> None:
    """This function marks a sent payment as unknown, because its file may not have arrived or the bank is silent.

    Raises PaymentNotFound, BatchNotThere, NotMoneyWork, ReasonNeeded.
    """
    settler_check(viewer)
    _reason_check(reason)
    with transaction.atomic():
        payment = _payment(viewer, payment_id, at)
        if payment.state != Payment.State.SENT:
            raise BatchNotThere(payment.get_state_display())
        payment.state, payment.reason = Payment.State.UNKNOWN, reason.strip()[:200]
        payment.save(update_fields=["state", "reason"])
        events_add([payment], payment.state, viewer, at, {payment.pk: payment.reason})
        _audit(viewer, "payment.doubt", payment, at, reason)


def resolution_ask(*, viewer: Viewer, payment_id: int, outcome: str, reason: str, at: datetime) -> Resolution:
    """This function states what became of an unknown payment; it holds when a second person confirms it.

    Raises PaymentNotFound, PaymentNotUnknown, ResolutionOpen, ReasonNeeded, NotMoneyWork.
    """
    user = settler_check(viewer)
    _reason_check(reason)
    with transaction.atomic():
        payment = _payment(viewer, payment_id, at)
        if payment.state != Payment.State.UNKNOWN:
            raise PaymentNotUnknown
        try:
            with transaction.atomic():
                made = Resolution.objects.create(
                    payment=payment, slot=payment.slot, organisation_id=payment.organisation_id, outcome=outcome,
                    reason=reason.strip()[:300], asked_at=at, asked_by=viewer.label[:200], asked_user_id=user,
                )  # fmt: skip
        except IntegrityError:
            raise ResolutionOpen from None
        _audit(viewer, "payment.suggest", payment, at, reason, outcome=outcome)
    return made


def resolution_decide(*, viewer: Viewer, payment_id: int, confirms: bool, at: datetime) -> None:
    """This function confirms or refuses what somebody else stated of an unknown payment.

    Raises PaymentNotFound, ResolutionNone, ResolutionSamePerson, NotMoneyWork.
    """
    user = settler_check(viewer)
    with transaction.atomic():
        payment = _payment(viewer, payment_id, at)
        asked = Resolution.objects.filter(payment=payment, decided_at__isnull=True).first()
        if asked is None or payment.state != Payment.State.UNKNOWN:
            raise ResolutionNone
        if asked.asked_user_id in viewer.user_ids:
            raise ResolutionSamePerson
        asked.decided_at, asked.decided_by, asked.decided_user_id = at, viewer.label[:200], user
        asked.is_confirmed = confirms
        asked.save()
        _audit(viewer, "payment.resolve", payment, at, asked.reason, outcome=asked.outcome, confirms=confirms)
        if confirms:
            outcomes = {payment.reference: (asked.outcome, f"两人核定：{asked.reason}")}
            payments_settle(viewer, payment.batch, [payment], outcomes, at=at)


def payment_recover(*, viewer: Viewer, payment_id: int, amount_fen: int, reason: str, at: datetime) -> int:
    """This function records money that a payee gave back (overpaid, or paid in error) and returns all recovered so far.

    It is available again, and the grant is worth what is left. Raises PaymentNotFound, BatchNotThere,
    AmountNotPositive, RecoveredTooMuch, ReasonNeeded.
    """
    organisation = treasurer_check(viewer)
    _reason_check(reason)
    if amount_fen <= 0:
        raise AmountNotPositive
    with transaction.atomic():
        payment = _payment(viewer, payment_id, at)
        if payment.organisation_id != organisation:
            raise PaymentNotFound
        if payment.state != Payment.State.PAID:
            raise BatchNotThere(payment.get_state_display())
        account = payment.commitment.account
        paid = stage_account(viewer, account, "PAID", at)
        before = recovered_fen([payment.pk]).get(payment.pk, 0)
        if before + amount_fen > payment.amount_fen:
            raise RecoveredTooMuch(payment.amount_fen - before)
        count = Entry.objects.filter(payment_id=payment.pk, kind=Entry.Kind.RECOVER).count()
        movement = Movement(
            key=f"payment:{payment.reference}:recover:{count + 1}", kind=Entry.Kind.RECOVER, slot=account.slot,
            lines=((paid.pk, -amount_fen), (account.pk, amount_fen)), on=timezone.localdate(at),
            payment_id=payment.pk, note=reason.strip(),
        )  # fmt: skip
        entries_post(viewer=viewer, movements=[movement], at=at)
        # A grant that another room recorded is for that room to mend.
        name = f"payment:{payment.reference}"
        grant_lessen(viewer=viewer, source_ref=name, back_fen=amount_fen, reason=f"追回：{reason.strip()}", at=at)
        _audit(viewer, "payment.recover", payment, at, reason, amount_fen=amount_fen)
    return before + amount_fen


def _reason_check(reason: str) -> None:
    numbers_refuse(reason)
    if not reason.strip():
        raise ReasonNeeded


def _audit(viewer: Viewer, action: str, payment: Payment, at: datetime, reason: str, **after: object) -> None:
    entry_append(
        viewer=viewer, action=action, subject_type="funds.Payment", subject_id=payment.pk, slot=payment.slot, at=at,
        purpose=reason[:200], after={"reference": payment.reference, **after},
    )  # fmt: skip
