"""Writes of funds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from shouwang.audit.services import entry_append
from shouwang.funds.errors import RecoveredTooMuch
from shouwang.funds.models import LIMIT_FEN, Grant
from shouwang.funds.rules import LESS
from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer


class AmountNotSane(Refusal):
    """A grant of nothing, less than nothing, or more than any household gets."""

    def __init__(self) -> None:
        super().__init__("金额要大于 0 元、小于 1 亿元，请核对是否多写了零。")


class PeriodNotInOrder(Refusal):
    """A grant that ends before it begins."""

    def __init__(self) -> None:
        super().__init__("停发日期要晚于开始日期。")


class GrantNotFound(Refusal):
    """No such grant for this viewer."""

    def __init__(self) -> None:
        super().__init__("找不到这笔救助，或者已经撤销。")


@dataclass(frozen=True)
class Benefit:
    """What is given: amount, how often, from when, by whom."""

    payer_name: str
    payer_organisation_id: int | None
    purpose: str
    amount_fen: int
    unit: str
    standing: str
    from_date: date
    until_date: date | None = None


def grant_record(
    *,
    viewer: Viewer,
    slot: int,
    household_id: int,
    benefit: Benefit,
    source_ref: str,
    at: datetime,
    case_id: int | None = None,
    person_id: int | None = None,
) -> Grant:
    """This function records one benefit; the same `source_ref` twice is refused by the database."""
    if not 0 < benefit.amount_fen < LIMIT_FEN:
        raise AmountNotSane
    if benefit.until_date is not None and benefit.until_date <= benefit.from_date:
        raise PeriodNotInOrder
    with transaction.atomic():
        grant = Grant.objects.create(
            slot=slot,
            household_id=household_id,
            person_id=person_id,
            case_id=case_id,
            payer_organisation_id=benefit.payer_organisation_id,
            payer_name=benefit.payer_name,
            purpose=benefit.purpose,
            amount_fen=benefit.amount_fen,
            unit=Grant.Unit(benefit.unit),
            standing=Grant.Standing(benefit.standing),
            from_date=benefit.from_date,
            until_date=benefit.until_date,
            recorded_at=at,
            recorded_by=viewer.label,
            source_ref=source_ref,
        )
        entry_append(
            viewer=viewer,
            action="grant.record",
            subject_type="funds.Grant",
            subject_id=grant.pk,
            slot=slot,
            at=at,
            after={"amount_fen": grant.amount_fen, "unit": grant.unit, "standing": grant.standing, "case": case_id},
        )
    return grant


def grant_cancel(*, viewer: Viewer, grant_id: int, reason: str, at: datetime) -> None:
    """This function cancels a grant recorded by mistake; the row stays, with the reason. Raises GrantNotFound."""
    with transaction.atomic():
        grant = Grant.objects.select_for_update().filter(pk=grant_id, cancelled_at__isnull=True).first()
        if grant is None:
            raise GrantNotFound
        grant.cancelled_at = at
        grant.cancelled_reason = reason[:300]
        grant.save(update_fields=["cancelled_at", "cancelled_reason"])
        entry_append(
            viewer=viewer,
            action="grant.cancel",
            subject_type="funds.Grant",
            subject_id=grant.pk,
            slot=grant.slot,
            at=at,
            before={"amount_fen": grant.amount_fen},
            after={"reason": reason[:300]},
        )


def grant_lessen(*, viewer: Viewer, source_ref: str, back_fen: int, reason: str, at: datetime) -> int | None:
    """This function takes what came back of a benefit off it and returns what is left; None: no such grant stands.

    The grant that stands under the name is cancelled with the reason and what is left of it recorded anew, as the name
    with what came back behind it. Raises RecoveredTooMuch.
    """
    with transaction.atomic():
        named = Q(source_ref=source_ref) | Q(source_ref__startswith=f"{source_ref}{LESS}")
        grant = Grant.objects.select_for_update().filter(named, cancelled_at__isnull=True).first()
        if grant is None:
            return None
        left = grant.amount_fen - back_fen
        if left < 0:
            raise RecoveredTooMuch(grant.amount_fen)
        grant_cancel(viewer=viewer, grant_id=grant.pk, reason=reason, at=at)
        if left:
            benefit = Benefit(
                payer_name=grant.payer_name, payer_organisation_id=grant.payer_organisation_id, purpose=grant.purpose,
                amount_fen=left, unit=grant.unit, standing=grant.standing, from_date=grant.from_date,
                until_date=grant.until_date,
            )  # fmt: skip
            grant_record(
                viewer=viewer, slot=grant.slot, household_id=grant.household_id, benefit=benefit, case_id=grant.case_id,
                person_id=grant.person_id, source_ref=f"{source_ref}{LESS}{grant.pk}", at=at,
            )  # fmt: skip
    return left
