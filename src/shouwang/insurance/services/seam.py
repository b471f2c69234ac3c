"""All that insurance says to the room of funds: what was paid to a household, by whom, for what."""

from __future__ import annotations

from datetime import date, datetime

from shouwang.funds.services import Benefit, Grant, grant_record
from shouwang.insurance.models import Claim
from shouwang.people.access import Viewer


def paid_tell(
    claim: Claim, *, viewer: Viewer, amount_fen: int, on: date, at: datetime, source_ref: str, is_advance: bool
) -> Grant:
    """This function records a payment of the insurer as a benefit; the same `source_ref` twice is refused there."""
    return grant_record(
        viewer=viewer,
        slot=claim.slot,
        household_id=claim.household_id,
        person_id=claim.payee_id,
        case_id=claim.case_id,
        benefit=Benefit(
            payer_name=claim.insurer_name,
            payer_organisation_id=claim.organisation_id,
            purpose=f"{claim.pool_name}{'先行救助' if is_advance else '赔付'}",
            amount_fen=amount_fen,
            unit="ONCE",
            # The county pays the premium; what the household gets comes from the insurer's account.
            standing="REPORTED",
            from_date=on,
        ),
        source_ref=source_ref,
        at=at,
    )
