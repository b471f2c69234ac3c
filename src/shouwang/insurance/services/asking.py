"""Claims of a pool that the county keeps: funds is asked for a payment once, and for what was too much to come back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shouwang.funds.selectors import request_standings
from shouwang.funds.services import Payee, payment_recover
from shouwang.insurance.errors import NoAid, NothingToRecover, StepOutOfTurn
from shouwang.insurance.models import Claim
from shouwang.insurance.rules import Following, Keeper, State
from shouwang.insurance.services.common import claim_locked, claim_saved, payment_name, reason_stated
from shouwang.insurance.services.following import claim_follow, refs_of
from shouwang.insurance.services.ledger import pool_frees
from shouwang.insurance.services.paying import earlier_parts, payee_check, ready_check
from shouwang.insurance.services.pools import pool_locked
from shouwang.insurance.services.seam import payment_ask
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.money import yuan_text
from shouwang.people.access import Viewer


def payment_apply(*, viewer: Viewer, claim_id: int, version: int, payee: Payee, at: datetime) -> Claim:
    """This function asks the county's treasury to pay what was approved, out of the pool, to an account.

    Raises CaseUndecided until the case is decided, PersonDead, PoolEmpty, and what funds refuses.
    """
    with transaction.atomic():
        claim = _own(viewer, claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="request"))
        ready_check(claim)
        claim.payment_asks += 1
        claim.payment_ref = payment_name("claim", claim.pk, claim.payment_asks)
        fen = claim.asked_fen = claim.due_fen
        _ask(claim, viewer=viewer, ref=claim.payment_ref, fen=fen, payee=payee, at=at)
        claim.state, claim.requested_at, claim.requested_by = State.REQUESTED, at, viewer.label[:200]
        claim.payment_state, claim.payment_said = Following.WAITING, ""
        said = f"申请县里付款 {yuan_text(fen)} 元给{payee.name}"
        return claim_saved(claim, viewer=viewer, at=at, what="request", text=said, before="APPROVED", due_fen=fen)


def advance_apply(*, viewer: Viewer, claim_id: int, version: int, payee: Payee, at: datetime) -> Claim:
    """This function asks the county's treasury to pay emergency aid before the papers; raises NoAid, PoolEmpty."""
    with transaction.atomic():
        claim = _own(viewer, claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="ask_advance"))
        if not claim.advance_fen or claim.advance_paid_on or claim.advance_state:
            raise NoAid
        payee_check(claim)
        claim.advance_asks += 1
        claim.advance_ref = payment_name("advance", claim.pk, claim.advance_asks)
        _ask(claim, viewer=viewer, ref=claim.advance_ref, fen=claim.advance_fen, payee=payee, at=at)
        claim.advance_state, claim.advance_said = Following.WAITING, ""
        said = f"申请县里付先行救助 {yuan_text(claim.advance_fen)} 元给{payee.name}"
        return claim_saved(claim, viewer=viewer, at=at, what="ask_advance", text=said, advance_fen=claim.advance_fen)


def _own(viewer: Viewer, claim: Claim) -> Claim:
    if claim.paid_by != Keeper.COUNTY or claim.pool.holder_id != viewer.organisation_id:
        raise StepOutOfTurn("", claim.payer)
    return claim


def _ask(claim: Claim, *, viewer: Viewer, ref: str, fen: int, payee: Payee, at: datetime) -> None:
    pool, on = pool_locked(claim.pool_id), at.astimezone(SHANGHAI).date()
    account = pool_frees(pool, viewer=viewer, fen=fen, on=on, name=f"frees:{ref}", at=at)
    ground = f"{claim.pool_name}理赔 {claim.pk}：{claim.decision_reason or '先行救助'}"
    payment_ask(
        claim, viewer=viewer, source_ref=ref, fen=fen, account_id=account, payee=payee, ground=ground, at=at
    )  # fmt: skip


def overpaid_take_back(
    *, viewer: Viewer, claim_id: int, version: int, amount_fen: int, reason: str, at: datetime
) -> Claim:
    """This function has funds record that the household gave back what the county had paid too much.

    It is taken off the latest payment before an appeal first, the advance last. Raises NothingToRecover, ReasonMissing,
    and what funds refuses.
    """
    reason_stated(reason)
    with transaction.atomic():
        claim = _own(viewer, claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="recover"))
        if not 0 < amount_fen <= claim.over_fen:
            raise NothingToRecover(claim.over_fen)
        parts = [(row.ref, part) for row, part in earlier_parts(claim, amount_fen)]
        early = amount_fen - sum(part for _, part in parts)
        parts += [(claim.advance_ref, early)] if early else []
        standings = request_standings([ref for ref, _ in parts])
        # The pool before its accounts, as everywhere: whoever asks the pool for money holds it and waits for them.
        pool_locked(claim.pool_id)
        for ref, part in parts:
            standing = standings.get(ref)
            if standing is None or standing.payment_id is None:
                raise NothingToRecover(claim.over_fen)
            payment_recover(
                viewer=viewer, payment_id=standing.payment_id, amount_fen=part, reason=reason.strip(), at=at
            )  # fmt: skip
        claim_follow(claim, viewer=viewer, standings=request_standings(refs_of(claim)), at=at)
    return claim
