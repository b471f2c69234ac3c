"""Claims follow the payments that funds was asked for.

Nobody calls back: the collector looks each minute at the payments under way, and at what came back lately of those that
were made.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from shouwang.funds.selectors import RequestStanding, request_standings, requests_brought_back
from shouwang.insurance.models import Claim, EarlierPayment
from shouwang.insurance.rules import Following, PoolMove, State
from shouwang.insurance.selectors import claims_followed, earlier_of
from shouwang.insurance.services.common import claim_saved
from shouwang.insurance.services.ledger import pool_takes
from shouwang.insurance.services.paying import case_told
from shouwang.insurance.services.pools import entry_add, pool_locked
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.kit.money import yuan_text
from shouwang.people.access import SYSTEM, Viewer, acting_as

logger = logging.getLogger(__name__)

# How far back the collector looks each minute for money that came back; the night looks through a year.
LOOKBACK = timedelta(hours=2)
YEAR = timedelta(days=400)
CHUNK = 500


def refs_of(claim: Claim) -> list[str]:
    """This function returns the names of all payments of a claim that funds was asked for."""
    return [ref for ref in (claim.payment_ref, claim.advance_ref, *(row.ref for row in earlier_of(claim))) if ref]


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
        claims = list(Claim.objects.filter(pk__in=list(ids)).prefetch_related("earlier").order_by("pk"))
        standings = request_standings({ref for claim in claims for ref in refs_of(claim)})
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
        return claim_follow(locked, viewer=SYSTEM, standings=request_standings(refs_of(locked)), at=at)


def _differs(claim: Claim, standings: Mapping[str, RequestStanding]) -> bool:
    """This function tells whether funds knows of a payment of the claim what the claim does not."""
    known = [
        (claim.payment_ref, claim.payment_state, claim.recovered_fen, claim.reference),
        (claim.advance_ref, claim.advance_state, claim.advance_recovered_fen, claim.advance_reference),
        *((row.ref, row.state, row.recovered_fen, row.reference) for row in earlier_of(claim)),
    ]
    for ref, state, recovered, reference in known:
        now = standings.get(ref)
        if now is not None and (now.state, now.recovered_fen) != (state, recovered):
            return True
        if now is not None and now.state == "PAID" and now.reference != reference:
            return True
    return False


def claim_follow(
    claim: Claim, *, viewer: Viewer, standings: Mapping[str, RequestStanding], at: datetime
) -> bool:  # fmt: skip
    """This function brings a locked claim to where its payments stand; True when something changed."""
    if not _differs(claim, standings):
        return False
    said = [
        *_advance_follow(claim, standings.get(claim.advance_ref), viewer=viewer, at=at),
        *_earlier_follow(claim, standings, viewer=viewer, at=at),
        *_payment_follow(claim, standings.get(claim.payment_ref), viewer=viewer, at=at),
    ]
    claim_saved(claim, viewer=viewer, at=at, what="track", text="；".join(said) or "支付状态更新",
                payment=claim.payment_state, advance=claim.advance_state)  # fmt: skip
    return True


def _earlier_follow(
    claim: Claim, standings: Mapping[str, RequestStanding], *, viewer: Viewer, at: datetime
) -> list[str]:
    """This function follows the payments of before an appeal: what came back of them is due again, or never was."""
    said: list[str] = []
    rows = earlier_of(claim)
    for row in rows:
        now = standings.get(row.ref)
        if now is not None:
            said += _one_earlier_follow(claim, row, now, viewer=viewer, at=at)
            row.save()
    claim.earlier_fen = sum(row.net_fen for row in rows)
    return said


def _one_earlier_follow(
    claim: Claim, row: EarlierPayment, now: RequestStanding, *, viewer: Viewer, at: datetime
) -> list[str]:
    said: list[str] = []
    was_paid = row.state == Following.PAID
    if was_paid and (now.state != "PAID" or now.reference != row.reference):
        _move(claim, PoolMove.RETURNED, now.amount_fen - row.recovered_fen, f"back:{row.reference}", viewer, at)
        row.grant_id, row.recovered_fen, was_paid = None, 0, False
        said.append("申诉以前的付款入账后又退回")
    if now.state == "PAID" and not was_paid:
        row.paid_on = now.paid_on or at.astimezone(SHANGHAI).date()
        _move(claim, PoolMove.PAYMENT, -now.amount_fen, f"paid:{now.reference}", viewer, at, on=row.paid_on)
        row.grant_id, row.reference = now.grant_id, now.reference
        said.append(f"申诉以前的 {yuan_text(now.amount_fen)} 元又付给了{claim.payee_name}")
    if now.recovered_fen > row.recovered_fen:
        said.append(_returned(claim, now, now.recovered_fen - row.recovered_fen, viewer=viewer, at=at))
        row.recovered_fen = now.recovered_fen
    if now.state == "CANCELLED" and row.state != Following.CANCELLED:
        _freed(claim, now, viewer=viewer, at=at)
        said.append(f"申诉以前的付款取消：{now.reason}")
    row.state = now.state
    return said


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
        claim.state, claim.payment_state, claim.payment_ref, claim.asked_fen = State.APPROVED, "", "", None
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
