"""The household as it stands when a payment is made, frozen with its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from shouwang.funds.models import Commitment, Evidence, Payment
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.selectors import household_cards, members_of, state_on

STATE = (
    "poverty_status", "watch_type", "identified_date", "removed_date", "risks", "is_exit_unstable", "is_low_income",
    "is_without_labour", "housing_safe", "water_safe",
)  # fmt: skip


def body_digest(body: dict[str, Any]) -> str:
    """This function returns the digest of a snapshot, the same for equal ones."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def evidence_take(payments: Sequence[Payment], owed: dict[int, Commitment], *, on: date, at: datetime) -> None:
    """This function freezes the household of each payment: who belongs to it, its state, what the payment rests on.

    It reads as the house, because a payer outside the register (the insurer) may not; only who reads the register may
    read the result. No number of a person is in it but masked.
    """
    with acting_as(SYSTEM):
        households = {payment.household_id for payment in payments if payment.household_id is not None}
        cards = household_cards(SYSTEM, households, on=on)
        bodies: dict[int | None, dict[str, Any]] = {
            household: _body(household, cards.get(household), on) for household in households
        }
        bodies[None] = _body(None, None, on)
        rows = []
        for payment in payments:
            body = {**bodies[payment.household_id], "owed": _owed(owed[payment.commitment_id])}
            rows.append(Evidence(payment=payment, slot=payment.slot, body=body, digest=body_digest(body), taken_at=at))
        Evidence.objects.bulk_create(rows)


def _body(household_id: int | None, card: Any, on: date) -> dict[str, Any]:
    """This function returns a household as it stands; nothing of anybody where there is none (`household` null)."""
    state = state_on(SYSTEM, household_id, on) if household_id is not None else None
    members = [
        {
            "name": member.name, "relationship": member.relationship_label, "age": member.age,
            "number": member.masked_id,
        }
        for member in (members_of(SYSTEM, household_id, on) if household_id is not None else ())
    ]  # fmt: skip
    return {
        "on": on.isoformat(),
        "household": household_id,
        "number": card.number if card else "",
        "head": card.head_name if card else "",
        "place": card.place if card else "",
        "members": members,
        "state": {name: _plain(getattr(state, name)) for name in STATE} if state else None,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _owed(row: Commitment) -> dict[str, Any]:
    return {
        "ref": row.source_ref, "case": row.case_id, "ground": row.ground, "approved_on": row.approved_on.isoformat(),
        "amount_fen": row.amount_fen, "payee": row.payee_name, "relation": row.relation, "account": row.account_shown,
        "purpose": row.purpose,
    }  # fmt: skip
