"""A payment is asked for by the county and made by the insurer: pool, grant and case learn of it in one transaction."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from shouwang.casework.selectors.cases import Case
from shouwang.casework.services import assisted_record
from shouwang.insurance.errors import CaseUndecided, NoAid, PayDay, PersonElsewhere
from shouwang.insurance.models import Claim
from shouwang.insurance.rules import PoolMove, State, is_decided_for_help
from shouwang.insurance.services.common import claim_locked, claim_saved, reason_stated
from shouwang.insurance.services.opening import payee_refuse
from shouwang.insurance.services.pools import entry_add, pool_locked
from shouwang.insurance.services.seam import paid_tell
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.money import yuan_text
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.selectors import hits_of


def payment_request(*, viewer: Viewer, claim_id: int, version: int, at: datetime) -> Claim:
    """This function asks the insurer to pay what was approved; raises CaseUndecided until the case is decided."""
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="request")
        case = _case(claim)
        if not is_decided_for_help(act=case.act, outcome=case.outcome):
            raise CaseUndecided
        _payee(claim)
        claim.state, claim.requested_at, claim.requested_by = State.REQUESTED, at, viewer.label[:200]
        said = f"申请{claim.insurer_name}付款 {yuan_text(claim.due_fen)} 元"
        return claim_saved(claim, viewer=viewer, at=at, what="request", text=said, before="APPROVED",
                           due_fen=claim.due_fen)  # fmt: skip


def payment_record(*, viewer: Viewer, claim_id: int, version: int, on: date, reference: str, at: datetime) -> Claim:
    """This function records that the insurer has paid: out of the pool, to the household, once.

    Raises PayDay, PersonDead, PoolEmpty, and what every step of a claim raises.
    """
    numbers_refuse(reference)
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="pay")
        fen = claim.due_fen
        grant_id = _paid(claim, viewer=viewer, fen=fen, on=on, at=at, is_advance=False)
        claim.state, claim.paid_on, claim.grant_id = State.PAID, on, grant_id
        claim.reference = reference.strip()[:60]
        said = f"{claim.insurer_name}已付 {yuan_text(fen)} 元给{claim.payee_name}"
        return claim_saved(claim, viewer=viewer, at=at, what="pay", text=said, before="REQUESTED", paid_fen=fen,
                           grant=grant_id)  # fmt: skip


def aid_record(*, viewer: Viewer, claim_id: int, version: int, on: date, at: datetime) -> Claim:
    """This function records that the insurer has paid emergency aid, before the papers; raises NoAid, PayDay."""
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="pay_advance")
        if not claim.advance_fen or claim.advance_paid_on:
            raise NoAid
        grant_id = _paid(claim, viewer=viewer, fen=claim.advance_fen, on=on, at=at, is_advance=True)
        claim.advance_paid_on = on
        said = f"{claim.insurer_name}已付先行救助 {yuan_text(claim.advance_fen)} 元给{claim.payee_name}"
        return claim_saved(claim, viewer=viewer, at=at, what="pay_advance", text=said, paid_fen=claim.advance_fen,
                           grant=grant_id)  # fmt: skip


def payee_change(*, viewer: Viewer, claim_id: int, version: int, payee_id: int, reason: str, at: datetime) -> Claim:
    """This function has another living member of the household paid; raises PersonElsewhere, PersonDead."""
    reason_stated(reason)
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="payee")
        with acting_as(SYSTEM):
            found = hits_of({payee_id}, on=at.astimezone(SHANGHAI).date()).get(payee_id)
        if found is None or found.household_id != claim.household_id:
            raise PersonElsewhere(as_payee=True)
        payee_refuse(found)
        claim.payee_id, claim.payee_name = found.person_id, found.name[:80]
        said = f"领款人改为{claim.payee_name}：{reason.strip()}"
        return claim_saved(claim, viewer=viewer, at=at, what="payee", text=said, payee=claim.payee_id)


def _case(claim: Claim) -> Case:
    with acting_as(SYSTEM):
        return Case.objects.get(pk=claim.case_id)


def _payee(claim: Claim) -> None:
    with acting_as(SYSTEM):
        payee = hits_of({claim.payee_id}, on=claim.event_on).get(claim.payee_id)
    if payee is None:
        raise PersonElsewhere(as_payee=True)
    payee_refuse(payee)


def _paid(claim: Claim, *, viewer: Viewer, fen: int, on: date, at: datetime, is_advance: bool) -> int:
    if not claim.event_on <= on <= at.astimezone(SHANGHAI).date():
        raise PayDay
    _payee(claim)
    what = "advance" if is_advance else "claim"
    entry_add(
        pool_locked(claim.pool_id), viewer=viewer, move=PoolMove.ADVANCE if is_advance else PoolMove.PAYMENT,
        amount_fen=-fen, on=on, at=at, source_ref=f"{what}:{claim.pk}", claim_id=claim.pk,
    )  # fmt: skip
    grant = paid_tell(
        claim, viewer=viewer, amount_fen=fen, on=on, at=at, source_ref=f"{what}:{claim.pk}", is_advance=is_advance
    )
    if _case(claim).act == "help":
        assisted_record(
            viewer=viewer,
            case_id=claim.case_id,
            at=at,
            data={"claim_id": claim.pk, "grant_id": grant.pk, "amount_fen": fen},
            text=f"{claim.insurer_name}赔付 {yuan_text(fen)} 元（{claim.pool_name}）",
            is_complete=False,
        )
    return grant.pk
