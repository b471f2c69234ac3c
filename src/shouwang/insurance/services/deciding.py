"""A claim is decided by somebody who had no hand in it; appealed against; taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from shouwang.insurance.errors import (
    AdvanceUnderWay,
    ComputationOvertaken,
    EventClaimed,
    NoAid,
    NotComputed,
    PaymentUnderWay,
    ReceiptUsed,
    StepOutOfTurn,
)
from shouwang.insurance.models import Claim, EarlierPayment
from shouwang.insurance.rules import OVER, UNDER_WAY, State
from shouwang.insurance.selectors import computation_latest
from shouwang.insurance.services.assessing import claim_ladder, claim_policy, settled
from shouwang.insurance.services.common import (
    claim_locked,
    claim_saved,
    handled_by,
    own_hand_refuse,
    payment_name,
    reason_stated,
)
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.money import yuan_text
from shouwang.people.access import Viewer
from shouwang.rulebook.insurance import claim_terms


def claim_decide(*, viewer: Viewer, claim_id: int, version: int, approve: bool, reason: str, at: datetime) -> Claim:
    """This function approves or refuses a claim, with the reason.

    Under the lock the amount is computed again: what the household was promised meanwhile counts against the year.
    Raises OwnClaim, ReasonMissing, NotComputed, ComputationOvertaken, AdvanceUnderWay, and what every step raises.
    """
    reason_stated(reason)
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="decide")
        own_hand_refuse(claim, viewer)
        if claim.advance_state in UNDER_WAY:
            raise AdvanceUnderWay
        if claim.earlier.filter(state__in=UNDER_WAY).exists():
            raise PaymentUnderWay
        if approve:
            _still(claim)
        claim.decided_at, claim.decided_by = at, viewer.label[:200]
        claim.decision_reason = reason.strip()[:500]
        handled_by(claim, viewer)
        if not approve:
            return _ended(claim, viewer=viewer, at=at, state=State.REJECTED, what="reject",
                          text=f"不予赔付：{reason.strip()}")  # fmt: skip
        claim.state = State.APPROVED
        said = f"同意赔付 {yuan_text(claim.amount_fen or 0)} 元：{reason.strip()}"
        if claim.due_fen == 0:
            # Nothing is left to pay: settled by what was paid before, or the ladder gives nothing.
            claim.state, claim.paid_on = State.PAID, claim.advance_paid_on or at.astimezone(SHANGHAI).date()
            over = f"，多付 {yuan_text(claim.over_fen)} 元要追回" if claim.over_fen else "，结清"
            said += f"；没有要再付的{over}"
        return claim_saved(claim, viewer=viewer, at=at, what="decide", text=said, before="PROPOSED",
                           amount_fen=claim.amount_fen)  # fmt: skip


def _still(claim: Claim) -> None:
    """This function refuses an amount that no longer comes out as it was computed."""
    latest = computation_latest(claim)
    if latest is None or claim.amount_fen is None:
        raise NotComputed
    found, _ = settled(claim, claim_ladder(claim, claim_policy(claim)).value)
    if found.paid_fen != latest.paid_fen:
        raise ComputationOvertaken


def claim_return(*, viewer: Viewer, claim_id: int, version: int, reason: str, at: datetime) -> Claim:
    """This function sends a claim that waits for its decision back to be computed again."""
    reason_stated(reason)
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="decide")
        claim.state, claim.proposed_at = State.OPEN, None
        return claim_saved(claim, viewer=viewer, at=at, what="return", text=f"退回重办：{reason.strip()}",
                           before="PROPOSED")  # fmt: skip


def claim_appeal(*, viewer: Viewer, claim_id: int, version: int, reason: str, at: datetime) -> Claim:
    """This function takes up the household's appeal: the claim is open again, to be decided by somebody else.

    What was paid stays paid: computed anew, the claim pays the difference under a name of its own, or what was too much
    is to be got back. Raises ReasonMissing, EventClaimed and ReceiptUsed where the event or an invoice was claimed anew
    meanwhile.
    """
    reason_stated(reason)
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="appeal")
        if claim.is_paid_out:
            _paid_before(claim)
        before = claim.state
        claim.state, claim.appeals, claim.paid_on = State.OPEN, claim.appeals + 1, None
        claim.proposed_at = claim.decided_at = None
        claim.decided_by = claim.decision_reason = ""
        try:
            with transaction.atomic():
                claim_saved(
                    claim, viewer=viewer, at=at, what="appeal", text=f"农户申诉：{reason.strip()}", before=before
                )
        except IntegrityError as error:
            raise EventClaimed(claim.event_on) from error
        try:
            with transaction.atomic():
                claim.items.update(is_live=True)
        except IntegrityError as error:
            raise ReceiptUsed from error
    return claim


def _paid_before(claim: Claim) -> None:
    """This function lays a payment by as one of before the appeal."""
    assert claim.paid_on is not None
    claim.payment_asks = max(1, claim.payment_asks)
    row = EarlierPayment.objects.create(
        claim=claim, slot=claim.slot, organisation_id=claim.organisation_id,
        ref=claim.payment_ref or payment_name("claim", claim.pk, claim.payment_asks), amount_fen=claim.due_fen,
        recovered_fen=claim.recovered_fen, paid_on=claim.paid_on, reference=claim.reference, grant_id=claim.grant_id,
    )  # fmt: skip
    claim.earlier_fen += row.net_fen
    claim.recovered_fen, claim.grant_id, claim.requested_at, claim.asked_fen = 0, None, None, None
    claim.payment_state = claim.payment_ref = claim.payment_said = claim.reference = claim.requested_by = ""


def claim_withdraw(*, viewer: Viewer, claim_id: int, version: int, reason: str, at: datetime) -> Claim:
    """This function takes a claim back that was opened by mistake; one that was helped before its papers stays."""
    reason_stated(reason)
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="withdraw")
        if claim.advance_fen or claim.earlier_fen:
            raise StepOutOfTurn("已付过款" if claim.earlier_fen else "已先行救助")
        return _ended(claim, viewer=viewer, at=at, state=State.WITHDRAWN, what="withdraw",
                      text=f"撤回：{reason.strip()}")  # fmt: skip


def _ended(claim: Claim, *, viewer: Viewer, at: datetime, state: State, what: str, text: str) -> Claim:
    before, claim.state = claim.state, state
    assert state.value in OVER
    claim.items.update(is_live=False)
    said = text
    if claim.over_fen:
        said += f"（已付过 {yuan_text(claim.over_fen)} 元，要追回）"
    return claim_saved(claim, viewer=viewer, at=at, what=what, text=said, before=before, over_fen=claim.over_fen)


def aid_decide(*, viewer: Viewer, claim_id: int, version: int, reason: str, at: datetime) -> Claim:
    """This function grants emergency aid before the papers are there, by somebody who did not open the claim.

    Raises NoAid, OwnClaim, ReasonMissing.
    """
    reason_stated(reason)
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="advance")
        own_hand_refuse(claim, viewer)
        aid = claim_terms(claim_policy(claim), cause=claim.cause, type_key=claim.type_key).aid
        if aid is None or claim.advance_fen or claim.earlier_fen:
            raise NoAid
        claim.advance_fen, claim.advance_decided_at = aid.value.fixed or 0, at
        claim.advance_decided_by = viewer.label[:200]
        days = aid.value.papers_within_days
        claim.papers_due_on = at.astimezone(SHANGHAI).date() + timedelta(days=days) if days else None
        said = f"先行救助 {yuan_text(claim.advance_fen)} 元（{aid.name}），材料后补：{reason.strip()}"
        return claim_saved(claim, viewer=viewer, at=at, what="advance", text=said, advance_fen=claim.advance_fen)
