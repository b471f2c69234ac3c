"""Batches: made by one person, checked by a second, released by a third (or a third and a fourth), sent once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.casework.selectors.barred import households_recused
from shouwang.funds.errors import (
    BatchAltered,
    BatchEmpty,
    BatchNotFound,
    BatchNotThere,
    ClockBack,
    CommitmentBusy,
    CommitmentNotFound,
    NoTier,
    NotYourStep,
    PayeeNotReady,
    ReasonNeeded,
    SamePerson,
    TooClose,
)
from shouwang.funds.models import Batch, BatchAct, Commitment, Payment, PaymentEvent
from shouwang.funds.rules import STEPS
from shouwang.funds.selectors.payments import batches_visible_to, commitments_visible_to, own_step
from shouwang.funds.selectors.waiting import tier_of
from shouwang.funds.services.accounts import treasurer_check
from shouwang.funds.services.evidence import evidence_take
from shouwang.kit.seal import keyring
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import SYSTEM, StaleWrite, Viewer, acting_as
from shouwang.register.selectors import deaths_of, ends_of
from shouwang.rulebook.funds import Step, Tier, funds_of
from shouwang.standards.selectors import policy_for

# Pages asked for at the same moment may be answered in another order.
ASIDE = timedelta(minutes=1)
ACTIONS = {
    "MAKE": "batch.prepare", "CHECK": "batch.check", "RELEASE": "batch.release", "REJECT": "batch.reject",
    "SEND": "batch.pay_out", "HAND": "batch.hand",
}  # fmt: skip


def checksum_of(payments: Iterable[Payment]) -> str:
    """This function returns the digest of a batch's lines: who gets how much under which reference on which account."""
    digest = hashlib.sha256()
    for payment in sorted(payments, key=lambda each: each.line):
        parts = (payment.line, payment.reference, payment.payee_name, payment.bank, payment.amount_fen)
        digest.update("\x1f".join(map(str, parts)).encode() + bytes(payment.account_blind) + b"\n")
    return digest.hexdigest()


def batch_make(*, viewer: Viewer, commitment_ids: Sequence[int], at: datetime) -> Batch:
    """This function puts what the viewer's organisation owes into a batch, with the evidence of every household.

    Raises BatchEmpty, CommitmentNotFound, CommitmentBusy, PayeeNotReady, TooClose, NoTier, NotYourStep.
    """
    organisation = treasurer_check(viewer)
    if not commitment_ids:
        raise BatchEmpty
    on = timezone.localdate(at)
    with transaction.atomic():
        owed = _owed_locked(viewer, organisation, sorted(set(commitment_ids)))
        _payees_check(owed)
        _closeness_check(viewer, (row.household_id for row in owed))
        place = owed[0].account
        version, policy = policy_for(slot=place.slot, on=on)
        stated = funds_of(policy).tier_for(_largest(owed))
        if stated is None:
            raise NoTier
        _step_check(viewer, stated.value, "make")
        batch = Batch.objects.create(
            slot=place.slot, organisation_id=organisation, organisation_name=place.organisation_name, made_on=on,
            tier=_tier_kept(stated.name, stated.mark_text, str(stated.source), stated.value),
            people=stated.value.people, pack_version_id=version.pk, count=len(owed),
            total_fen=sum(row.amount_fen for row in owed), checksum="", made_at=at,
        )  # fmt: skip
        payments = _payments_add(batch, owed)
        batch.checksum = checksum_of(payments)
        batch.save(update_fields=["checksum"])
        evidence_take(payments, {row.pk: row for row in owed}, on=on, at=at)
        ids = [row.pk for row in owed]
        Commitment.objects.filter(pk__in=ids).update(state=Commitment.State.BATCHED, version=F("version") + 1)
        events_add(payments, Payment.State.DRAFT, viewer, at)
        act_add(viewer, batch, BatchAct.What.MAKE, at=at)
    return batch


def _owed_locked(viewer: Viewer, organisation: int, ids: list[int]) -> list[Commitment]:
    rows = list(
        commitments_visible_to(viewer)
        .filter(pk__in=ids, organisation_id=organisation)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if len(rows) < len(ids):
        raise CommitmentNotFound
    if any(row.state != Commitment.State.OPEN for row in rows):
        raise CommitmentBusy
    return rows


def _payees_check(owed: Sequence[Commitment]) -> None:
    """This function refuses who died, whose household ended, and accounts that the bank gave money back from."""
    with acting_as(SYSTEM):
        deaths = deaths_of(SYSTEM, {row.person_id for row in owed if row.person_id is not None})
        ends = ends_of(SYSTEM, {row.household_id for row in owed if row.household_id is not None})
    for row in owed:
        if row.needs_payee:
            raise PayeeNotReady(f"{row.payee_name} 的上一笔被银行退回，账户还没有核实")
        if row.person_id in deaths and row.relation == Commitment.Relation.SELF:
            raise PayeeNotReady(f"{row.payee_name} 已于 {deaths[row.person_id]:%Y-%m-%d} 去世")
        # What an organisation did before a household ended is still owed to it.
        ended_on = ends.get(row.household_id or 0)
        if ended_on is not None and row.relation != Commitment.Relation.PROVIDER:
            raise PayeeNotReady(f"{row.payee_name} 所在的户已于 {ended_on:%Y-%m-%d} 销户")


def _closeness_check(viewer: Viewer, household_ids: Iterable[int | None]) -> None:
    near = {household for user in viewer.user_ids for household in households_recused(user)}
    if not near.isdisjoint(household_ids):
        raise TooClose


def _largest(owed: Sequence[Commitment]) -> int:
    """This function returns the largest sum of one household, or of one organisation, which decides the tier."""
    sums: dict[object, int] = defaultdict(int)
    for row in owed:
        is_organisation = row.relation == Commitment.Relation.PROVIDER
        sums[bytes(row.account_blind) if is_organisation else row.household_id] += row.amount_fen
    return max(sums.values())


def _tier_kept(name: str, mark: str, source: str, tier: Tier) -> dict[str, Any]:
    return {"name": name, "mark": mark, "source": source, **tier.model_dump(mode="json", by_alias=True)}


def _step_check(viewer: Viewer, tier: Tier, step: Step) -> None:
    if not tier.lets(step, kind=str(viewer.kind), role=str(viewer.role)):
        raise NotYourStep(STEPS[step])


def _payments_add(batch: Batch, owed: Sequence[Commitment]) -> list[Payment]:
    ring = keyring()
    county, day = batch.slot // 1_000_000, batch.made_on
    payments = []
    for line, row in enumerate(owed, start=1):
        reference = f"{county:06d}{day:%y%m%d}{batch.pk:08d}{line:05d}"
        number = ring.open(row.sealed_account, context=f"funds_commitment:{row.source_ref}")
        payments.append(
            Payment(
                slot=row.slot, organisation_id=batch.organisation_id, batch=batch, line=line, commitment=row,
                household_id=row.household_id, reference=reference, amount_fen=row.amount_fen,
                payee_name=row.payee_name, bank=row.bank,
                sealed_account=ring.seal(number, context=f"funds_payment:{reference}"),
                account_blind=row.account_blind, account_shown=row.account_shown,
            )
        )  # fmt: skip
    try:
        with transaction.atomic():
            return Payment.objects.bulk_create(payments)
    except IntegrityError:
        raise CommitmentBusy from None


def events_add(
    payments: Iterable[Payment], state: str, viewer: Viewer, at: datetime, reasons: dict[int, str] | None = None
) -> None:
    """This function writes the same step into the history of payments."""
    PaymentEvent.objects.bulk_create(
        PaymentEvent(
            payment=payment, slot=payment.slot, organisation_id=payment.organisation_id, state=state, at=at,
            by=viewer.label[:200], reason=(reasons or {}).get(payment.pk, "")[:300],
        )
        for payment in payments
    )  # fmt: skip


def act_add(viewer: Viewer, batch: Batch, what: str, *, at: datetime, reason: str = "") -> None:
    """This function records what somebody did with a batch, and audits it; raises SamePerson."""
    try:
        with transaction.atomic():
            BatchAct.objects.create(
                batch=batch, slot=batch.slot, organisation_id=batch.organisation_id, what=what,
                user_id=viewer.user_id, for_user_id=viewer.deputises_user_id, by=viewer.label[:200], at=at,
                reason=reason[:300], checksum=batch.checksum,
            )  # fmt: skip
    except IntegrityError:
        raise SamePerson("办过一步") from None
    entry_append(
        viewer=viewer, action=ACTIONS[what], subject_type="funds.Batch", subject_id=batch.pk,
        slot=batch.slot, at=at, purpose=reason,
        after={"count": batch.count, "total_fen": batch.total_fen, "checksum": batch.checksum},
    )  # fmt: skip


def batch_locked(viewer: Viewer, batch_id: int, version: int | None = None, *, at: datetime) -> Batch:
    """This function returns a batch for changing; raises BatchNotFound, StaleWrite, ClockBack."""
    batch = batches_visible_to(viewer).filter(pk=batch_id).select_for_update().first()
    if batch is None:
        raise BatchNotFound
    if version is not None and batch.version != version:
        raise StaleWrite("这个支付批次")
    _clock_check(batch, at)
    return batch


def _clock_check(batch: Batch, at: datetime) -> None:
    """This function refuses a step that would stand before the one it follows: the server's clock was set back."""
    last = batch.acts.aggregate(last=Max("at"))["last"]
    if last is not None and at < last - ASIDE:
        raise ClockBack(*(f"{timezone.localtime(each):%Y-%m-%d %H:%M}" for each in (at, last)))


def _step_begin(viewer: Viewer, batch_id: int, version: int, state: str, step: Step, at: datetime) -> Batch:
    batch = batch_locked(viewer, batch_id, version, at=at)
    if batch.state != state:
        raise BatchNotThere(batch.get_state_display())
    # The person before the role: whoever acted before learns that, not that another post would be let in.
    mine = own_step(batch, viewer)
    if mine is not None:
        raise SamePerson(f"办过{mine.get_what_display()}")
    _step_check(viewer, tier_of(batch), step)
    payments = list(batch.payments.order_by("line"))
    if checksum_of(payments) != batch.checksum:
        raise BatchAltered
    _closeness_check(viewer, (payment.household_id for payment in payments))
    return batch


def _advance(viewer: Viewer, batch: Batch, state: str, payment_state: str, at: datetime, *, reason: str = "") -> None:
    batch.state, batch.version = state, batch.version + 1
    batch.save(update_fields=["state", "version", "sent_at"])
    payments = list(batch.payments.order_by("line"))
    batch.payments.update(state=payment_state)
    events_add(payments, payment_state, viewer, at, {payment.pk: reason for payment in payments} if reason else None)


def batch_check(*, viewer: Viewer, batch_id: int, version: int, at: datetime) -> Batch:
    """This function records that a second person checked a batch.

    Raises BatchNotFound, BatchNotThere, SamePerson, NotYourStep, TooClose, BatchAltered, StaleWrite, ClockBack.
    """
    with transaction.atomic():
        batch = _step_begin(viewer, batch_id, version, Batch.State.DRAFT, "check", at)
        act_add(viewer, batch, BatchAct.What.CHECK, at=at)
        _advance(viewer, batch, Batch.State.CHECKED, Payment.State.CHECKED, at)
    return batch


def batch_release(*, viewer: Viewer, batch_id: int, version: int, at: datetime) -> Batch:
    """This function records that a third person released a batch; where the tier asks for more, each of them does.

    Raises as `batch_check`.
    """
    with transaction.atomic():
        batch = _step_begin(viewer, batch_id, version, Batch.State.CHECKED, "release", at)
        act_add(viewer, batch, BatchAct.What.RELEASE, at=at)
        if batch.acts.filter(what=BatchAct.What.RELEASE).count() < batch.people:
            batch.version += 1
            batch.save(update_fields=["version"])
        else:
            _advance(viewer, batch, Batch.State.RELEASED, Payment.State.RELEASED, at)
    return batch


def batch_reject(*, viewer: Viewer, batch_id: int, version: int, reason: str, at: datetime) -> Batch:
    """This function drops a batch that has not gone to the bank; what is owed waits again.

    Whoever may check or release it may, and its maker. Raises BatchNotFound, BatchNotThere, NotYourStep, ReasonNeeded.
    """
    numbers_refuse(reason)
    if not reason.strip():
        raise ReasonNeeded
    with transaction.atomic():
        batch = batch_locked(viewer, batch_id, version, at=at)
        if batch.state not in (Batch.State.DRAFT, Batch.State.CHECKED, Batch.State.RELEASED):
            raise BatchNotThere(batch.get_state_display())
        tier, who = tier_of(batch), {"kind": str(viewer.kind), "role": str(viewer.role)}
        is_maker = batch.acts.filter(user_id=viewer.user_id, what=BatchAct.What.MAKE).exists()
        if not (is_maker or tier.lets("check", **who) or tier.lets("release", **who)):
            raise NotYourStep("退回")
        act_add(viewer, batch, BatchAct.What.REJECT, at=at, reason=reason.strip())
        Commitment.objects.filter(payments__batch=batch).update(state=Commitment.State.OPEN, version=F("version") + 1)
        _advance(viewer, batch, Batch.State.CANCELLED, Payment.State.DROPPED, at, reason=reason.strip())
    return batch
