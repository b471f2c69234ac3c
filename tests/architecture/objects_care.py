"""Objects of the table that belong to long-term care: somebody insured, her application and plan, a month's bill."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.architecture.objects import builds
from tests.architecture.objects_work import county_of, policy_ready
from tests.factories.care import START, care_make, id_of
from tests.factories.cast import Cast
from tests.factories.register import household_make

from shouwang.insurance.care.models import CareBill, CareInsured, CarePlan
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.models import Area


def _insured(cast: Cast, place: Area) -> CareInsured:
    policy_ready(county_of(cast, place))
    with acting_as(SYSTEM):
        known = CareInsured.objects.filter(slot=place.lo).first()
    if known is not None:
        return known
    household_make(place.lo, head="张护理", resident_id=id_of(31))
    return care_make(cast).insured(31, name="张护理")


@builds("care_ready")
def care_ready(cast: Cast, place: Area) -> dict[str, Any]:
    policy_ready(county_of(cast, place))
    return {}


@builds("care_insured")
def care_insured(cast: Cast, place: Area) -> dict[str, Any]:
    return {"insured_id": _insured(cast, place).pk}


@builds("care_application")
def care_application(cast: Cast, place: Area) -> dict[str, Any]:
    policy_ready(county_of(cast, place))
    household_make(place.lo, head="李护理", resident_id=id_of(32))
    return {"application_id": care_make(cast).apply(32, name="李护理").pk}


def _plan(cast: Cast, place: Area) -> CarePlan:
    with acting_as(SYSTEM):
        known = CarePlan.objects.first()
    return known or care_make(cast).plan(_insured(cast, place))


@builds("care_plan")
def care_plan(cast: Cast, place: Area) -> dict[str, Any]:
    return {"plan_id": _plan(cast, place).pk}


@builds("care_month")
def care_month(cast: Cast, place: Area) -> dict[str, Any]:
    _plan(cast, cast.places.village)
    return {"month": f"{date(2020, 7, 1):%Y-%m}"}


@builds("care_bill")
def care_bill(cast: Cast, place: Area) -> dict[str, Any]:
    plan = _plan(cast, cast.places.village)
    with acting_as(SYSTEM):
        known = CareBill.objects.filter(month=START).first()
    if known is None:
        care = care_make(cast)
        care.log(plan, 1, 2)
        known = care.file(2 * 5555)
    return {"bill_id": known.pk}


@builds("care_step")
def care_step(cast: Cast, place: Area) -> dict[str, Any]:
    return {**care_bill(cast, place), "step": "check"}


@builds("care_print")
def care_print(cast: Cast, place: Area) -> dict[str, Any]:
    return {**care_bill(cast, place), "form": "pdf"}
