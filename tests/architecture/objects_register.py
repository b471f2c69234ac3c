"""The objects of the register for the access table."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from tests.architecture.objects import builds, centre_of
from tests.factories.cast import Cast
from tests.factories.register import household_make, person_make, resident_id_make
from tests.factories.sources import xlsx

from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.models import Area
from shouwang.register.models import (
    FactObjection,
    Household,
    HouseholdState,
    Membership,
    RegisterFinding,
    RegistrationConflict,
)
from shouwang.register.services import persons_merge
from shouwang.register.services.importing import UploadedFile, import_run, import_start


def head_of(home: Household) -> int:
    with acting_as(SYSTEM):
        return Membership.objects.get(household=home, relationship="HEAD", superseded_at__isnull=True).person_id


@builds("person")
def person(cast: Cast, place: Area) -> dict[str, Any]:
    return {"person_id": head_of(household_make(place.lo, head="试验"))}


@builds("fact")
def fact(cast: Cast, place: Area) -> dict[str, Any]:
    home = household_make(place.lo, water_safe=True)
    with acting_as(SYSTEM):
        row = HouseholdState.objects.get(household=home)
    return {"household_id": home.pk, "subject": "household_state", "row_id": row.pk, "field": "water_safe"}


@builds("objection")
def objection(cast: Cast, place: Area) -> dict[str, Any]:
    at = fact(cast, place)
    with acting_as(SYSTEM):
        made = FactObjection.objects.create(
            slot=place.lo, **at, reason="试验", objected_by="试验", objected_at=timezone.now()
        )
    return {"objection_id": made.pk}


@builds("finding")
def finding(cast: Cast, place: Area) -> dict[str, Any]:
    home = household_make(place.lo)
    with acting_as(SYSTEM):
        made = RegisterFinding.objects.create(slot=place.lo, household=home, kind="NO_ADULT", opened_at=timezone.now())
    return {"finding_id": made.pk}


@builds("conflict")
def conflict(cast: Cast, place: Area) -> dict[str, Any]:
    """A person of 大寨村 whom somebody registers in 王虎寨村 too: the town is the smallest area that holds both."""
    villages = cast.places.village.lo, cast.places.sibling_village.lo
    known, new = household_make(villages[0]), household_make(villages[1])
    with acting_as(SYSTEM):
        made = RegistrationConflict.objects.create(
            lo=place.lo, hi=place.hi, person_id=head_of(known), slot_there=villages[0], slot_here=villages[1],
            household_here=new, opened_by="试验", opened_at=timezone.now(),
        )  # fmt: skip
    return {"conflict_id": made.pk}


@builds("merged")
def merged(cast: Cast, place: Area) -> dict[str, Any]:
    home = household_make(place.lo)
    double = person_make(home)
    with acting_as(SYSTEM):
        merge_id = persons_merge(
            viewer=SYSTEM, kept_id=head_of(home), kept_version=1, double_id=double.pk, double_version=1, reason="试验",
            on=timezone.localdate(), at=timezone.now(),
        )  # fmt: skip
    return {"merge_id": merge_id}


@builds("register_import")
def register_import(cast: Cast, place: Area) -> dict[str, Any]:
    """An import of the county centre that is over, with a refused row."""
    headings = ["乡（镇）", "村", "户编号", "人编号", "姓名", "证件号码", "与户主关系"]
    row = ["没有这个镇", "没有这个村", "1305290009", "13052900091", "试验", resident_id_make(), "户主"]
    clerk = centre_of(cast, place)
    book = UploadedFile("监测对象信息.xlsx", xlsx([["监测对象信息"], [""], headings, row], sheet="监测对象信息"))
    with acting_as(clerk):
        run = import_start(
            viewer=clerk, files=[book], lo=place.lo, hi=place.hi, data_date=date(2020, 6, 30), at=timezone.now(),
            is_queued=False,
        )  # fmt: skip
    import_run(import_id=run.pk, clock=timezone.now)
    return {"import_id": run.pk}
