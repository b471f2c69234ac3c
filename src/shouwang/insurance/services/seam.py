"""What insurance says to the room of funds of one household: what the insurer paid, and what the county is to pay."""

from __future__ import annotations

from datetime import date, datetime

from shouwang.funds.rules import LESS
from shouwang.funds.selectors import grants_visible_to
from shouwang.funds.services import (
    Benefit,
    Commitment,
    Grant,
    Payee,
    PaymentRequest,
    grant_cancel,
    grant_record,
    payment_request,
)
from shouwang.insurance.models import Claim, EarlierPayment
from shouwang.kit.dates import SHANGHAI
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


def advance_retell(claim: Claim, *, viewer: Viewer, at: datetime) -> None:
    """This function records the grant of an advance anew, with what is left of it after a part was given back."""
    _retell(
        claim, viewer=viewer, at=at, name=f"advance:{claim.pk}", mark=f":{claim.advance_recovered_fen}",
        left=claim.advance_fen - claim.advance_recovered_fen, on=claim.advance_paid_on, is_advance=True,
    )  # fmt: skip


def earlier_retell(claim: Claim, row: EarlierPayment, *, viewer: Viewer, at: datetime) -> int | None:
    """This function records the grant of a payment of before an appeal anew; returns it, None where nothing is left."""
    return _retell(
        claim, viewer=viewer, at=at, name=row.ref, mark=f"{LESS}{row.recovered_fen}", left=row.net_fen, on=row.paid_on,
        is_advance=False,
    )  # fmt: skip


def _retell(
    claim: Claim, *, viewer: Viewer, at: datetime, name: str, mark: str, left: int, on: date | None, is_advance: bool
) -> int | None:
    begins = f"{name}:" if is_advance else f"{name}{LESS}"
    found = grants_visible_to(viewer).filter(
        household_id=claim.household_id, source_ref__startswith=name, cancelled_at__isnull=True
    )
    for grant in found:
        if grant.source_ref == name or grant.source_ref.startswith(begins):
            grant_cancel(viewer=viewer, grant_id=grant.pk, reason="多付的部分已追回，按余下的重新记", at=at)
    if not left:
        return None
    day = on or at.astimezone(SHANGHAI).date()
    return paid_tell(
        claim, viewer=viewer, amount_fen=left, on=day, at=at, source_ref=f"{name}{mark}", is_advance=is_advance
    ).pk  # fmt: skip


def payment_ask(
    claim: Claim, *, viewer: Viewer, source_ref: str, fen: int, account_id: int, payee: Payee, ground: str, at: datetime
) -> Commitment:
    """This function asks for a payment of the county once under its name; refusals are those of funds."""
    decided = claim.decided_at or claim.advance_decided_at or at
    return payment_request(
        viewer=viewer,
        request=PaymentRequest(
            source_ref=source_ref, organisation_id=claim.pool.holder_id or 0, slot=claim.slot,
            household_id=claim.household_id, person_id=claim.payee_id, case_id=claim.case_id,
            purpose=claim.pool.purpose, amount_fen=fen, ground=ground, approved_on=decided.astimezone(SHANGHAI).date(),
            payee=payee, account_id=account_id,
        ),
        at=at,
    )  # fmt: skip
