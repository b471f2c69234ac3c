"""A pool's claims as the estimate of its solvency takes them."""

from __future__ import annotations

from collections.abc import Mapping

from shouwang.insurance.selectors import Pool, claims_visible_to, pool_get, pool_sums, pools_visible_to
from shouwang.kit.dates import SHANGHAI
from shouwang.oversight.rules.solvency import ClaimFact, PoolFact
from shouwang.people.access import Viewer

DECIDED = ("APPROVED", "REQUESTED", "PAID", "RECOVERED")
SHOWN = 200


def pools_listed(viewer: Viewer) -> list[Pool]:
    """This function returns the pools in sight, the latest terms first."""
    return list(pools_visible_to(viewer)[:SHOWN])


def pool_facts(viewer: Viewer, pool_id: int) -> tuple[Pool, PoolFact]:
    """This function returns a pool, and what it has with what is still to be given of its premium."""
    pool = pool_get(viewer, pool_id)
    left = max(0, pool_sums(pool).premium_left_fen)
    return pool, PoolFact(pool.from_date, pool.until_date, pool.balance_fen + left)


def claim_facts(viewer: Viewer, pool: Pool, *, amounts: Mapping[int, int] | None = None) -> list[ClaimFact]:
    """This function returns a pool's claims in days and amounts; withdrawn ones never were.

    `amounts` replaces what claims come to, by key, where a ladder is tried.
    """
    tried = amounts or {}
    rows = claims_visible_to(viewer).filter(pool=pool).exclude(state="WITHDRAWN").order_by("pk").values(
        "pk", "state", "event_on", "opened_at", "amount_fen", "advance_fen", "advance_paid_on", "recovered_fen",
        "advance_recovered_fen", "earlier_fen",
    )  # fmt: skip
    return [_fact(row, tried.get(row["pk"])) for row in rows.iterator()]


def _fact(row: Mapping[str, object], tried: int | None) -> ClaimFact:
    early = _int(row["advance_fen"]) - _int(row["advance_recovered_fen"]) if row["advance_paid_on"] else 0
    early += _int(row["earlier_fen"])
    amount = tried if tried is not None else row["amount_fen"]
    event_on, reported_on = row["event_on"], row["opened_at"].astimezone(SHANGHAI).date()  # type: ignore[attr-defined]
    state = str(row["state"])
    if state == "REJECTED":
        return ClaimFact(event_on, reported_on, 0, early)  # type: ignore[arg-type]
    if state in DECIDED:
        left = max(0, _int(amount) - (0 if tried is not None else _int(row["recovered_fen"])))
        # What is paid stays paid, whatever ladder is tried.
        paid = left if state in ("PAID", "RECOVERED") else min(early, left)
        return ClaimFact(event_on, reported_on, left, paid)  # type: ignore[arg-type]
    return ClaimFact(event_on, reported_on, None, early, None if amount is None else _int(amount))  # type: ignore[arg-type]


def _int(value: object) -> int:
    return int(value or 0)  # type: ignore[call-overload]
