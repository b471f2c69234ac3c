"""Days of service: logged by the provider, taken back by it before they are billed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from shouwang.insurance.care.errors import (
    CareChargeNotSane,
    CareDayBilled,
    CareDayInFuture,
    CareDayOutside,
    CareDaysTooMany,
    CareDayTaken,
    CareDayUncovered,
    CareNotFound,
    CareNothingLogged,
    CareProviderClosed,
)
from shouwang.insurance.care.models import CareBill, CareDay, CarePlan
from shouwang.insurance.care.rules import BillState
from shouwang.insurance.care.services.common import WORKERS, audited, provider_turn, reason_stated, today_of
from shouwang.kit.dates import month_first
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.selectors import organisations_by_ids

MOST_DAYS = 31
MOST_A_DAY = 1_000_000


def days_log(
    *, viewer: Viewer, plan_id: int, first: date, last: date, charge_fen: int, at: datetime
) -> list[CareDay]:  # fmt: skip
    """This function logs every day from the first to the last, each at the same charge; all of them or none.

    Raises CareNotFound, CareProviderClosed, CareDaysTooMany, CareChargeNotSane, CareDayInFuture, CareDayBilled,
    CareDayOutside, CareDayUncovered, CareDayTaken (which name the day).
    """
    if not 0 <= (last - first).days < MOST_DAYS:
        raise CareDaysTooMany
    if not 0 < charge_fen < MOST_A_DAY:
        raise CareChargeNotSane
    if last > today_of(at):
        raise CareDayInFuture("服务日期")
    wanted = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    with transaction.atomic():
        plan = _plan(viewer, plan_id)
        _open_check(plan)
        provider_turn(plan.provider_id)
        _unbilled(plan.provider_id, plan.office_id, {month_first(first), month_first(last)})
        for on in wanted:
            if on < plan.from_date or (plan.until_date is not None and on >= plan.until_date):
                raise CareDayOutside(on, plan.from_date, plan.until_date)
            if on >= plan.covered_until:
                raise CareDayUncovered(on)
        _free(plan, wanted)
        rows = [
            CareDay(
                plan=plan, insured_id=plan.insured_id, slot=plan.slot, office_id=plan.office_id,
                provider_id=plan.provider_id, mode=plan.mode, on=on, charge_fen=charge_fen, at=at,
                actor=viewer.label[:200], user_id=viewer.user_id,
            )
            for on in wanted
        ]  # fmt: skip
        try:
            with transaction.atomic():
                rows = CareDay.objects.bulk_create(rows)
        except IntegrityError as error:
            # Somebody logged a day meanwhile, or the database knows of a death or a lapse that the plan does not.
            raise (CareDayTaken if "careday_once_a_day" in str(error) else CareDayUncovered)(first) from error
        audited(
            viewer, "care_plan.log_days", plan, at,
            after={"first": first.isoformat(), "last": last.isoformat(), "charge_fen": charge_fen},
        )  # fmt: skip
    return rows


def _free(plan: CarePlan, wanted: list[date]) -> None:
    """This function refuses a day that anybody logged; other providers' days are out of sight, hence the system's."""
    with acting_as(SYSTEM):
        days = CareDay.objects.filter(insured_id=plan.insured_id, on__in=wanted, is_struck=False).order_by("on")
        taken = days.values_list("on", flat=True).first()
    if taken is not None:
        raise CareDayTaken(taken)


def _plan(viewer: Viewer, plan_id: int) -> CarePlan:
    plan = CarePlan.objects.filter(pk=plan_id, provider_id=viewer.organisation_id or 0).first()
    if plan is None or viewer.role not in WORKERS:
        raise CareNotFound
    return plan


def _open_check(plan: CarePlan) -> None:
    """This function refuses a provider that has closed; what it did before, it may still bill."""
    provider = organisations_by_ids({plan.provider_id}).get(plan.provider_id)
    if provider is None or not provider.is_active:
        raise CareProviderClosed(plan.provider_name)


def _unbilled(provider_id: int, office_id: int, months: set[date]) -> None:
    """This function refuses months whose bill stands."""
    found = (
        CareBill.objects.filter(provider_id=provider_id, office_id=office_id, month__in=months)
        .exclude(state=BillState.WITHDRAWN)
        .order_by("month")
        .first()
    )
    if found is not None:
        raise CareDayBilled(found.month)


def days_take_back(*, viewer: Viewer, plan_id: int, first: date, last: date, reason: str, at: datetime) -> int:
    """This function strikes a provider's own days of a plan that are in no bill yet; returns how many.

    Raises CareNotFound, CareDaysTooMany, CareDayBilled, CareReasonMissing, CareNothingLogged.
    """
    said = reason_stated(reason)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise CareDaysTooMany
    with transaction.atomic():
        plan = _plan(viewer, plan_id)
        provider_turn(plan.provider_id)
        _unbilled(plan.provider_id, plan.office_id, {month_first(first), month_first(last)})
        found = CareDay.objects.filter(plan=plan, on__gte=first, on__lte=last, is_struck=False, bill__isnull=True)
        number = found.update(is_struck=True, struck_reason=f"机构撤销：{said}"[:200], struck_by=viewer.label[:200])
        if not number:
            raise CareNothingLogged(first, last)
        audited(
            viewer, "care_plan.undo", plan, at,
            after={"first": first.isoformat(), "last": last.isoformat(), "days": number, "reason": said},
        )  # fmt: skip
    return number
