"""The body in charge records what it found; the plans of the person follow."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from shouwang.insurance.care.errors import (
    CareApplicationOver,
    CareAssessedTooEarly,
    CareDayInFuture,
    CareDocumentMissing,
    CareLevelUnknown,
    CareNotFound,
    CareStale,
)
from shouwang.insurance.care.models import CareApplication, CareAssessment, CareInsured, CarePlan
from shouwang.insurance.care.rules import Asked
from shouwang.insurance.care.services.common import assessor_frame, audited, today_of
from shouwang.insurance.care.services.linking import living_refuse
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import SYSTEM, Viewer, acting_as


def assessment_record(
    *, viewer: Viewer, application_id: int, version: int, level: str, assessed_on: date, document: str, at: datetime
) -> CareAssessment:
    """This function records a level, or that none was reached (level empty), over the pack's interval.

    The level holds from the day of assessment. Raises CareNotFound, CareStale, CareApplicationOver, CareLevelUnknown,
    CareDayInFuture, CareAssessedTooEarly, CareDocumentMissing, CarePersonDead.
    """
    numbers_refuse(document)
    if assessed_on > today_of(at):
        raise CareDayInFuture("评定日期")
    frame = assessor_frame(viewer, assessed_on)
    scheme = frame.scheme
    if level and level not in {one.key for one in scheme.levels}:
        raise CareLevelUnknown
    if not document.strip():
        raise CareDocumentMissing("评定结论的编号")
    with transaction.atomic():
        row = CareApplication.objects.select_for_update().filter(pk=application_id).first()
        if row is None or row.assessor_id != viewer.organisation_id:
            raise CareNotFound
        if row.version != version:
            raise CareStale("这份申请")
        if row.state != Asked.OPEN:
            raise CareApplicationOver
        if assessed_on < row.applied_on:
            raise CareAssessedTooEarly(row.applied_on)
        insured = CareInsured.objects.get(pk=row.insured_id)
        living_refuse(insured)
        row.state, row.version = Asked.DONE, row.version + 1
        row.save()
        found = CareAssessment.objects.create(
            insured=insured, application=row, slot=row.slot, office_id=row.office_id, assessor_id=row.assessor_id,
            assessor_name=viewer.organisation_name[:120], level=level,
            level_name=scheme.name_of("levels", level) if level else "", assessed_on=assessed_on,
            from_date=assessed_on, until_date=scheme.valid_until(assessed_on) if level else None,
            document=document.strip()[:80], pack_version=frame.version, at=at, actor=viewer.label[:200],
            user_id=viewer.user_id,
        )  # fmt: skip
        _plans_follow(found)
        audited(
            viewer, "care_application.grade", row, at,
            after={"level": level, "until": found.until_date.isoformat() if found.until_date else None},
        )  # fmt: skip
    return found


def _plans_follow(found: CareAssessment) -> None:
    """This function lets the plans that still run hold as long as the new level does; without one they end.

    The assessor writes no plan herself, hence the system's scope.
    """
    with acting_as(SYSTEM):
        for plan in CarePlan.objects.select_for_update().filter(insured_id=found.insured_id).order_by("pk"):
            if plan.until_date is not None and plan.until_date <= found.from_date:
                continue
            if found.until_date is not None:
                plan.covered_until, plan.level_name = found.until_date, found.level_name
            else:
                plan.until_date = max(plan.from_date, found.from_date)
                plan.covered_until, plan.end_reason = plan.until_date, "重新评定未达到等级"
            plan.version += 1
            plan.save()
