"""A payment of the insurer: asked for by the county, recorded when made; pool, ledger, grant and case learn of it.

Where the county keeps the pool's money, `services.asking` asks the room of funds for the payment instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction

from shouwang.casework.selectors.cases import Case
from shouwang.casework.services import assisted_record
from shouwang.insurance.errors import CaseUndecided, NoAid, NothingToRecover, PayDay, PersonElsewhere, StepOutOfTurn
from shouwang.insurance.models import Claim, EarlierPayment
from shouwang.insurance.rules import Keeper, PoolMove, State, is_decided_for_help
from shouwang.insurance.selectors import earlier_of
from shouwang.insurance.services.common import claim_locked, claim_saved, payment_name, reason_stated
from shouwang.insurance.services.ledger import pool_gets_back, pool_pays
from shouwang.insurance.services.opening import payee_refuse
from shouwang.insurance.services.pools import entry_add, pool_locked
from shouwang.insurance.services.seam import advance_retell, earlier_retell, paid_tell
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.money import yuan_text
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.selectors import hits_of


def payment_request(*, viewer: Viewer, claim_id: int, version: int, at: datetime) -> Claim:
    """This function asks the insurer to pay what was approved; raises CaseUndecided until the case is decided.

    Raises StepOutOfTurn where the county itself pays.
    """
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="request")
        if claim.paid_by == Keeper.COUNTY:
            raise StepOutOfTurn("县里付款")
        ready_check(claim)
        claim.asked_fen = claim.due_fen
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
        fen = claim.asked_fen = claim.due_fen
        claim.payment_asks += 1
        name = payment_name("claim", claim.pk, claim.payment_asks)
        grant_id = _paid(claim, name, viewer=viewer, fen=fen, on=on, at=at, is_advance=False)
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
        name = payment_name("advance", claim.pk, 1)
        grant_id = _paid(claim, name, viewer=viewer, fen=claim.advance_fen, on=on, at=at, is_advance=True)
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


def overpaid_recover(
    *, viewer: Viewer, claim_id: int, version: int, amount_fen: int, reason: str, at: datetime
) -> Claim:
    """This function records that the household gave back what the insurer had paid too much, before its papers or an
    appeal.

    It is taken off the latest payment first, the advance last; the grants are recorded anew with what is left. Raises
    NothingToRecover, ReasonMissing.
    """
    reason_stated(reason)
    with transaction.atomic():
        claim = claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="recover")
        if claim.paid_by == Keeper.COUNTY:
            raise StepOutOfTurn("县里付款")
        if not 0 < amount_fen <= claim.over_fen:
            raise NothingToRecover(claim.over_fen)
        on, name = at.astimezone(SHANGHAI).date(), f"recovered:claim:{claim.pk}:{claim.version}"
        pool = pool_locked(claim.pool_id)
        entry_add(
            pool, viewer=viewer, move=PoolMove.RETURNED, amount_fen=amount_fen, on=on, at=at, source_ref=name,
            claim_id=claim.pk, note="多付的追回",
        )  # fmt: skip
        pool_gets_back(pool, viewer=viewer, fen=amount_fen, on=on, name=name, note=reason.strip(), at=at)
        left = amount_fen
        for row, part in earlier_parts(claim, amount_fen):
            row.recovered_fen += part
            row.grant_id = earlier_retell(claim, row, viewer=viewer, at=at)
            row.save(update_fields=["recovered_fen", "grant_id"])
            claim.earlier_fen -= part
            left -= part
        if left:
            claim.advance_recovered_fen += left
            advance_retell(claim, viewer=viewer, at=at)
        said = f"追回多付的 {yuan_text(amount_fen)} 元：{reason.strip()}"
        return claim_saved(claim, viewer=viewer, at=at, what="recover", text=said, recovered_fen=amount_fen)


def earlier_parts(claim: Claim, amount_fen: int) -> Iterator[tuple[EarlierPayment, int]]:
    """This function yields of which payments before an appeal an amount is got back, the latest first."""
    for row in earlier_of(claim):
        part = min(amount_fen, row.net_fen)
        if part:
            yield row, part
        amount_fen -= part


def ready_check(claim: Claim) -> None:
    """This function refuses a payment whose case is not decided for help, or whose payee has died."""
    case = _case(claim)
    if not is_decided_for_help(act=case.act, outcome=case.outcome):
        raise CaseUndecided
    payee_check(claim)


def _case(claim: Claim) -> Case:
    with acting_as(SYSTEM):
        return Case.objects.get(pk=claim.case_id)


def payee_check(claim: Claim) -> None:
    """This function refuses a payee who has died or left the register; raises PersonDead, PersonElsewhere."""
    with acting_as(SYSTEM):
        payee = hits_of({claim.payee_id}, on=claim.event_on).get(claim.payee_id)
    if payee is None:
        raise PersonElsewhere(as_payee=True)
    payee_refuse(payee)


def _paid(
    claim: Claim, name: str, *, viewer: Viewer, fen: int, on: date, at: datetime, is_advance: bool
) -> int:  # fmt: skip
    if not claim.event_on <= on <= at.astimezone(SHANGHAI).date():
        raise PayDay
    payee_check(claim)
    pool = pool_locked(claim.pool_id)
    entry_add(
        pool, viewer=viewer, move=PoolMove.ADVANCE if is_advance else PoolMove.PAYMENT,
        amount_fen=-fen, on=on, at=at, source_ref=name, claim_id=claim.pk,
    )  # fmt: skip
    pool_pays(pool, viewer=viewer, fen=fen, on=on, name=name, at=at)
    grant = paid_tell(claim, viewer=viewer, amount_fen=fen, on=on, at=at, source_ref=name, is_advance=is_advance)
    case_told(claim, viewer=viewer, grant_id=grant.pk, fen=fen, who=claim.insurer_name, at=at)
    return grant.pk


def case_told(claim: Claim, *, viewer: Viewer, grant_id: int | None, fen: int, who: str, at: datetime) -> None:
    """This function tells the case that help arrived, while it waits for help."""
    if _case(claim).act == "help":
        assisted_record(
            viewer=viewer,
            case_id=claim.case_id,
            at=at,
            data={"claim_id": claim.pk, "grant_id": grant_id, "amount_fen": fen},
            text=f"{who}赔付 {yuan_text(fen)} 元（{claim.pool_name}）",
            is_complete=False,
        )
