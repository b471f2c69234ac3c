"""Claims of a pool that the county keeps: funds is asked for a payment once, the claim follows what becomes of it.

Nobody calls back: the collector looks each minute at the payments under way, and at what came back lately of those that
were made.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from shouwang.funds.selectors import RequestStanding, request_standings, requests_brought_back
from shouwang.funds.services import Payee, payment_recover
from shouwang.insurance.errors import NoAid, NothingToRecover, StepOutOfTurn
from shouwang.insurance.models import Claim
from shouwang.insurance.rules import Following, Keeper, PoolMove, State
from shouwang.insurance.selectors import claims_followed
from shouwang.insurance.services.common import claim_locked, claim_saved, reason_stated
from shouwang.insurance.services.ledger import pool_frees, pool_takes
from shouwang.insurance.services.paying import case_told, payee_check, ready_check
from shouwang.insurance.services.pools import entry_add, pool_locked
from shouwang.insurance.services.seam import payment_ask
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_text
from shouwang.people.access import SYSTEM, Viewer, acting_as

logger = logging.getLogger(__name__)

# How far back the collector looks each minute for money that came back; the night looks through a year.
LOOKBACK = timedelta(hours=2)
YEAR = timedelta(days=400)
CHUNK = 500


def payment_apply(*, viewer: Viewer, claim_id: int, version: int, payee: Payee, at: datetime) -> Claim:
    """This function asks the county's treasury to pay what was approved, out of the pool, to an account.

    Raises CaseUndecided until the case is decided, PersonDead, PoolEmpty, and what funds refuses.
    """
    with transaction.atomic():
        claim = _own(viewer, claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="request"))
        ready_check(claim)
        claim.payment_asks += 1
        claim.payment_ref = _ref("claim", claim.pk, claim.payment_asks)
        fen = claim.due_fen
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
        claim.advance_ref = _ref("advance", claim.pk, claim.advance_asks)
        _ask(claim, viewer=viewer, ref=claim.advance_ref, fen=claim.advance_fen, payee=payee, at=at)
        claim.advance_state, claim.advance_said = Following.WAITING, ""
        said = f"申请县里付先行救助 {yuan_text(claim.advance_fen)} 元给{payee.name}"
        return claim_saved(claim, viewer=viewer, at=at, what="ask_advance", text=said, advance_fen=claim.advance_fen)


def _own(viewer: Viewer, claim: Claim) -> Claim:
    if claim.paid_by != Keeper.COUNTY or claim.pool.holder_id != viewer.organisation_id:
        raise StepOutOfTurn("", claim.payer)
    return claim


def _ref(what: str, claim_id: int, asks: int) -> str:
    """The name a payment is asked for under; a second time only after the first was cancelled."""
    return f"{what}:{claim_id}" if asks == 1 else f"{what}:{claim_id}:{asks}"


def _ask(claim: Claim, *, viewer: Viewer, ref: str, fen: int, payee: Payee, at: datetime) -> None:
    pool, on = pool_locked(claim.pool_id), at.astimezone(SHANGHAI).date()
    account = pool_frees(pool, viewer=viewer, fen=fen, on=on, name=f"frees:{ref}", at=at)
    ground = f"{claim.pool_name}理赔 {claim.pk}：{claim.decision_reason or '先行救助'}"
    payment_ask(
        claim, viewer=viewer, source_ref=ref, fen=fen, account_id=account, payee=payee, ground=ground, at=at
    )  # fmt: skip


def advance_take_back(
    *, viewer: Viewer, claim_id: int, version: int, amount_fen: int, reason: str, at: datetime
) -> Claim:
    """This function has funds record that the household gave back what the county's advance was too much.

    Raises NothingToRecover, ReasonMissing, and what funds refuses.
    """
    reason_stated(reason)
    with transaction.atomic():
        claim = _own(viewer, claim_locked(viewer=viewer, claim_id=claim_id, version=version, step="recover"))
        standing = request_standings([claim.advance_ref]).get(claim.advance_ref)
        if standing is None or standing.payment_id is None or not 0 < amount_fen <= claim.over_fen:
            raise NothingToRecover(claim.over_fen)
        # The pool before its accounts, as everywhere: whoever asks the pool for money holds it and waits for them.
        pool_locked(claim.pool_id)
        payment_recover(
            viewer=viewer, payment_id=standing.payment_id, amount_fen=amount_fen, reason=reason.strip(), at=at
        )
        _follow(claim, viewer=viewer, standings=request_standings([claim.advance_ref]), at=at)
    return claim


def payments_follow(*, at: datetime, lookback: timedelta = LOOKBACK) -> int:
    """This function lets claims follow their payments, each in a transaction of its own; returns how many changed."""
    changed = 0
    with acting_as(SYSTEM):
        refs = requests_brought_back(since=at - lookback)
        ids = claims_followed(refs)
    for first in range(0, len(ids), CHUNK):
        changed += _chunk_follow(ids[first : first + CHUNK], at=at)
    return changed


def _chunk_follow(ids: Iterable[int], *, at: datetime) -> int:
    changed = 0
    with acting_as(SYSTEM):
        claims = list(Claim.objects.filter(pk__in=list(ids)).order_by("pk"))
        standings = request_standings({ref for c in claims for ref in (c.payment_ref, c.advance_ref) if ref})
        wanted = [claim.pk for claim in claims if _differs(claim, standings)]
    for claim_id in wanted:
        try:
            changed += _one_follow(claim_id, at=at)
        except Refusal as refusal:
            # What one claim waits for (money that came back and is spent already) holds up no other.
            logger.warning("claim %s left to the next round: %s", claim_id, refusal.message)
    return changed


def _one_follow(claim_id: int, *, at: datetime) -> bool:
    with acting_as(SYSTEM):
        locked = Claim.objects.select_for_update().get(pk=claim_id)
        # Read again under the lock: somebody may have followed it meanwhile.
        refs = [ref for ref in (locked.payment_ref, locked.advance_ref) if ref]
        return _follow(locked, viewer=SYSTEM, standings=request_standings(refs), at=at)


def _differs(claim: Claim, standings: dict[str, RequestStanding]) -> bool:
    own, early = standings.get(claim.payment_ref), standings.get(claim.advance_ref)
    return (
        own is not None
        and (own.state, own.recovered_fen, own.reference if own.state == "PAID" else claim.reference)
        != (claim.payment_state, claim.recovered_fen, claim.reference)
    ) or (
        early is not None
        and (early.state, early.recovered_fen, early.reference if early.state == "PAID" else claim.advance_reference)
        != (claim.advance_state, claim.advance_recovered_fen, claim.advance_reference)
    )


def _follow(claim: Claim, *, viewer: Viewer, standings: dict[str, RequestStanding], at: datetime) -> bool:
    """This function brings a locked claim to where its payments stand; True when something changed."""
    if not _differs(claim, standings):
        return False
    said = [
        *_advance_follow(claim, standings.get(claim.advance_ref), viewer=viewer, at=at),
        *_payment_follow(claim, standings.get(claim.payment_ref), viewer=viewer, at=at),
    ]
    claim_saved(claim, viewer=viewer, at=at, what="track", text="；".join(said) or "支付状态更新",
                payment=claim.payment_state, advance=claim.advance_state)  # fmt: skip
    return True


def _payment_follow(claim: Claim, now: RequestStanding | None, *, viewer: Viewer, at: datetime) -> list[str]:
    """This function follows the payment of a claim and yields what it has to tell."""
    if now is None:
        return []
    said: list[str] = []
    was_paid = claim.payment_state == Following.PAID
    if was_paid and (now.state != "PAID" or now.reference != claim.reference):
        _move(claim, PoolMove.RETURNED, now.amount_fen - claim.recovered_fen, f"back:{claim.reference}", viewer, at)
        claim.state, claim.paid_on, claim.grant_id = State.REQUESTED, None, None
        claim.recovered_fen, was_paid = 0, False
        said.append("银行入账后又退回")
    if now.state == "PAID" and not was_paid:
        on = now.paid_on or at.astimezone(SHANGHAI).date()
        _move(claim, PoolMove.PAYMENT, -now.amount_fen, f"paid:{now.reference}", viewer, at, on=on)
        claim.state, claim.paid_on, claim.grant_id, claim.reference = State.PAID, on, now.grant_id, now.reference
        case_told(claim, viewer=viewer, grant_id=now.grant_id, fen=now.amount_fen, who=claim.payer, at=at)
        said.append(f"县里已付 {yuan_text(now.amount_fen)} 元给{claim.payee_name}")
    if now.recovered_fen > claim.recovered_fen:
        said.append(_returned(claim, now, now.recovered_fen - claim.recovered_fen, viewer=viewer, at=at))
        claim.recovered_fen = now.recovered_fen
        if claim.recovered_fen >= now.amount_fen:
            claim.state = State.RECOVERED
    if now.state == "CANCELLED":
        _freed(claim, now, viewer=viewer, at=at)
        claim.state, claim.payment_state, claim.payment_ref = State.APPROVED, "", ""
        claim.payment_said = now.reason[:200]
        return [*said, f"付款取消：{now.reason}"]
    if now.state == "RETURNED" and claim.payment_state != "RETURNED":
        said.append(f"银行退回：{now.reason or '没有写原因'}")
    claim.payment_state, claim.payment_said = now.state, now.reason[:200]
    return said


def _advance_follow(claim: Claim, now: RequestStanding | None, *, viewer: Viewer, at: datetime) -> list[str]:
    """This function follows the payment of emergency aid."""
    if now is None:
        return []
    said: list[str] = []
    was_paid = claim.advance_state == Following.PAID
    if was_paid and (now.state != "PAID" or now.reference != claim.advance_reference):
        left = now.amount_fen - claim.advance_recovered_fen
        _move(claim, PoolMove.RETURNED, left, f"back:{claim.advance_reference}", viewer, at)
        claim.advance_paid_on, claim.advance_recovered_fen, was_paid = None, 0, False
        said.append("先行救助入账后又退回")
    if now.state == "PAID" and not was_paid:
        claim.advance_paid_on = now.paid_on or at.astimezone(SHANGHAI).date()
        claim.advance_reference = now.reference
        _move(claim, PoolMove.ADVANCE, -now.amount_fen, f"paid:{now.reference}", viewer, at, on=claim.advance_paid_on)
        case_told(claim, viewer=viewer, grant_id=now.grant_id, fen=now.amount_fen, who=claim.payer, at=at)
        said.append(f"县里已付先行救助 {yuan_text(now.amount_fen)} 元给{claim.payee_name}")
    if now.recovered_fen > claim.advance_recovered_fen:
        said.append(_returned(claim, now, now.recovered_fen - claim.advance_recovered_fen, viewer=viewer, at=at))
        claim.advance_recovered_fen = now.recovered_fen
    if now.state == "CANCELLED":
        _freed(claim, now, viewer=viewer, at=at)
        claim.advance_state, claim.advance_ref, claim.advance_said = "", "", now.reason[:200]
        return [*said, f"先行救助的付款取消：{now.reason}"]
    if now.state == "RETURNED" and claim.advance_state != "RETURNED":
        said.append(f"先行救助被银行退回：{now.reason or '没有写原因'}")
    claim.advance_state, claim.advance_said = now.state, now.reason[:200]
    return said


def _move(
    claim: Claim, move: PoolMove, fen: int, name: str, viewer: Viewer, at: datetime, *, on: date | None = None
) -> None:
    """This function books a movement of the pool that the ledger has made already; nothing where nothing moves."""
    if fen:
        entry_add(
            pool_locked(claim.pool_id), viewer=viewer, move=move, amount_fen=fen, at=at, claim_id=claim.pk,
            on=on or at.astimezone(SHANGHAI).date(), source_ref=f"{name}:{claim.pk}",
        )  # fmt: skip


def _returned(claim: Claim, now: RequestStanding, fen: int, *, viewer: Viewer, at: datetime) -> str:
    """This function puts what a payee gave back into the pool again, in ledger and movements."""
    name, on = f"recovered:{now.reference}:{now.recovered_fen}", at.astimezone(SHANGHAI).date()
    pool = pool_locked(claim.pool_id)
    pool_takes(pool, viewer=viewer, source=now.source, fen=fen, on=on, name=name, at=at)
    _move(claim, PoolMove.RETURNED, fen, name, viewer, at, on=on)
    return f"追回 {yuan_text(fen)} 元"


def _freed(claim: Claim, now: RequestStanding, *, viewer: Viewer, at: datetime) -> None:
    pool, on = pool_locked(claim.pool_id), at.astimezone(SHANGHAI).date()
    pool_takes(
        pool, viewer=viewer, source=now.source, fen=now.amount_fen, on=on, name=f"freed:{now.source_ref}", at=at
    )  # fmt: skip
