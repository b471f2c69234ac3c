"""Care plans: which provider gives which care from when; how they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from shouwang.insurance.care.errors import (
    CareDaysAfterEnd,
    CareInsuranceEnded,
    CareModeUnknown,
    CareNotAssessed,
    CareNotFound,
    CarePlanOrder,
    CarePlanTaken,
    CareProviderClosed,
    CareProviderUnknown,
    CareStale,
)
from shouwang.insurance.care.models import CareAssessment, CareDay, CareInsured, CarePlan
from shouwang.insurance.care.rules import assessment_on
from shouwang.insurance.care.services.common import WORKERS, audited, office_frame, reason_stated, today_of
from shouwang.insurance.care.services.insuring import insured_locked
from shouwang.insurance.care.services.linking import living_refuse
from shouwang.people.access import Kind, Viewer
from shouwang.people.selectors import organisations_by_ids


@dataclass(frozen=True)
class Planning:
    """A plan to make; `until_date` is the day after its last, None: until it is ended."""

    mode: str
    provider_id: int
    from_date: date
    until_date: date | None = None


def plan_make(*, viewer: Viewer, insured_id: int, version: int, planning: Planning, at: datetime) -> CarePlan:
    """This function plans care for somebody with a level in force on its first day.

    Raises CareModeUnknown, CareProviderUnknown, CareProviderClosed, CareNotAssessed, CareInsuranceEnded,
    CarePersonDead, CarePlanOrder, CarePlanTaken.
    """
    scheme = office_frame(viewer, today_of(at)).scheme
    if planning.mode not in {one.key for one in scheme.modes}:
        raise CareModeUnknown
    provider = organisations_by_ids({planning.provider_id}).get(planning.provider_id)
    mine = viewer.ranges[0][0]
    if provider is None or provider.kind != Kind.CARE_PROVIDER.value:
        raise CareProviderUnknown
    if not provider.area.lo <= mine <= provider.area.hi:
        raise CareProviderUnknown
    if not provider.is_active:
        raise CareProviderClosed(provider.name)
    if planning.until_date is not None and planning.until_date <= planning.from_date:
        raise CarePlanOrder
    with transaction.atomic():
        insured = insured_locked(viewer, insured_id, version)
        level = _level(insured, planning.from_date)
        plan = CarePlan(
            insured=insured, slot=insured.slot, office_id=insured.office_id, provider_id=provider.pk,
            provider_name=provider.name[:120], insured_name=insured.name, place=insured.place, mode=planning.mode,
            mode_name=scheme.name_of("modes", planning.mode), level_name=level.level_name,
            from_date=planning.from_date, until_date=planning.until_date,
            covered_until=level.until_date or planning.from_date, at=at, actor=viewer.label[:200],
        )  # fmt: skip
        try:
            with transaction.atomic():
                plan.save(force_insert=True)
        except IntegrityError as error:
            raise CarePlanTaken(insured.name) from error
        audited(
            viewer, "care_plan.plan", plan, at,
            after={"mode": plan.mode, "provider": provider.pk, "from": plan.from_date.isoformat()},
        )  # fmt: skip
    return plan


def _level(insured: CareInsured, on: date) -> CareAssessment:
    living_refuse(insured)
    if on < insured.from_date or (insured.ended_on is not None and on >= insured.ended_on):
        raise CareInsuranceEnded(insured.name, on)
    found = assessment_on(insured.assessments.all(), on)
    if found is None:
        raise CareNotAssessed(insured.name, on)
    return found


def plan_end(*, viewer: Viewer, plan_id: int, version: int, last: date, reason: str, at: datetime) -> CarePlan:
    """This function ends a plan with a last day; raises CarePlanOrder, CareDaysAfterEnd for days logged after it."""
    said = reason_stated(reason)
    with transaction.atomic():
        plan = CarePlan.objects.select_for_update().filter(pk=plan_id).first()
        if plan is None or plan.office_id != viewer.organisation_id or viewer.role not in WORKERS:
            raise CareNotFound
        if plan.version != version:
            raise CareStale("这个护理安排")
        until = last + timedelta(days=1)
        if until < plan.from_date:
            raise CarePlanOrder
        if plan.until_date is not None and until > plan.until_date:
            raise CarePlanOrder(f"这个安排本来就到 {plan.until_date - timedelta(days=1):%Y-%m-%d}，不能往后改。")
        later = CareDay.objects.filter(plan=plan, on__gte=until, is_struck=False).order_by("on").first()
        if later is not None:
            raise CareDaysAfterEnd(later.on)
        before = plan.until_date.isoformat() if plan.until_date else None
        plan.until_date, plan.end_reason, plan.version = until, said, plan.version + 1
        plan.save()
        audited(viewer, "care_plan.end", plan, at, before={"until": before}, after={"until": until.isoformat()})
    return plan
