"""The first wall: what a viewer's area, or a live grant, lets her read."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from shouwang.people.access import Viewer
from shouwang.people.selectors import areas_of_slots, granted_households
from shouwang.register.models import Membership

Rows = TypeVar("Rows", bound=Model)


def holding(on: date, prefix: str = "") -> Q:
    """This function returns the filter for dated rows that are believed and held on a day."""
    return Q(**{f"{prefix}superseded_at__isnull": True, f"{prefix}valid_from__lte": on}) & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": on})
    )


def of_household(rows: QuerySet[Rows], viewer: Viewer, *, field: str = "household_id") -> QuerySet[Rows]:
    """This function keeps the rows of households the viewer may read: in her areas, or opened by a live grant."""
    if viewer.reads_register:
        return rows.filter(viewer.q())
    if viewer.organisation_id is None:
        return rows.none()
    return rows.filter(**{f"{field}__in": granted_households(viewer)})


def of_person(rows: QuerySet[Rows], viewer: Viewer, *, field: str = "person_id") -> QuerySet[Rows]:
    """This function keeps the rows of persons the viewer may read: in her areas, or of a household opened to her."""
    if viewer.reads_register:
        return rows.filter(viewer.q())
    if viewer.organisation_id is None:
        return rows.none()
    members = Membership.objects.filter(superseded_at__isnull=True, household_id__in=granted_households(viewer)).values(
        "person_id"
    )
    return rows.filter(**{f"{field}__in": members})


def places_of(slots: set[int]) -> dict[int, str]:
    """This function returns township and village of each slot, e.g. 王虎寨镇大寨村, or its county if no more is known.

    An unknown slot comes back as its code.
    """
    villages: dict[int, Any] = areas_of_slots(slots, level=5)
    towns: dict[int, Any] = areas_of_slots(slots, level=4)
    wide = slots - villages.keys() - towns.keys()
    counties: dict[int, Any] = areas_of_slots(wide, level=3) if wide else {}
    return {
        slot: "".join(found.name for found in (towns.get(slot), villages.get(slot), counties.get(slot)) if found)
        or f"{slot:012d}"
        for slot in slots
    }
