"""户次 and 人次: the times that households were helped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet, Sum

from shouwang.assistance.models import Aid
from shouwang.people.access import Viewer


@dataclass(frozen=True)
class AidCount:
    """How often households were helped (户次), how often people (人次), and how many households those were (户)."""

    times: int
    people: int
    households: int


def aids_visible_to(viewer: Viewer) -> QuerySet[Aid]:
    """This function returns the times that households of the viewer's areas were helped."""
    return Aid.objects.filter(viewer.q()) if viewer.reads_register else Aid.objects.none()


def aids_in(viewer: Viewer, *, lo: int, hi: int, since: date, until: date) -> QuerySet[Aid]:
    """This function returns the times of help in a slot range from a day to another, both included."""
    return aids_visible_to(viewer).filter(slot__gte=lo, slot__lte=hi, on__gte=since, on__lte=until)


def aid_count(aids: QuerySet[Aid]) -> AidCount:
    """This function counts times of help as the figures of a year do (domain §3.8), in one query."""
    found = aids.order_by().aggregate(
        times=Count("pk"), people=Sum("people", default=0), households=Count("household_id", distinct=True)
    )
    return AidCount(int(found["times"]), int(found["people"]), int(found["households"]))
