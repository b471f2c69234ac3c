"""The nightly recount of balances."""

from __future__ import annotations

from datetime import datetime

from shouwang.funds.models import BalanceFinding
from shouwang.funds.selectors.ledger import balances_recounted
from shouwang.people.access import SYSTEM, acting_as


def balances_verify(*, at: datetime, using: str = "batch") -> int:
    """This function recounts every account and records each wrong balance; returns how many are wrong.

    Nothing is mended: a balance that differs from its postings means that somebody wrote past the house.
    """
    _, wrong = balances_recounted(using=using)
    with acting_as(SYSTEM):
        BalanceFinding.objects.bulk_create(
            BalanceFinding(
                slot=row.slot, organisation_id=row.organisation_id, account_id=row.account_id,
                kept_fen=row.kept_fen, counted_fen=row.counted_fen, found_at=at,
            )
            for row in wrong
        )  # fmt: skip
    return len(wrong)
