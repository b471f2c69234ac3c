"""The lamp as one SQL expression, and counts by area. The pure rule beside it is `rules.lamp_of`; a test holds both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case as When_
from django.db.models import CharField, Count, Expression, Q, QuerySet, Value, When

from shouwang.casework.models import Case
from shouwang.casework.rules import LAMP_OF_ENDING, Lamp
from shouwang.casework.selectors.cases import cases_visible_to
from shouwang.people.access import Viewer

# Digits below the area's own: a slot divided by this is the area's number.
SIZE_OF_LEVEL = {1: 10**10, 2: 10**8, 3: 10**6, 4: 10**3, 5: 1}


def lamp_expression(on: date) -> Expression:
    """This function returns the lamp of a case on a day as SQL; null before the day of the warning, and of removals."""
    closed = Q(closed_on__lte=on)
    by_ending = [
        When(closed & Q(outcome=ending.value), then=Value(lamp.value)) for ending, lamp in LAMP_OF_ENDING.items()
    ]
    return When_(
        When(is_removal=True, then=Value(None)),
        *by_ending,
        When(closed, then=Value(Lamp.GREY.value)),
        When(opened_on=on, then=Value(Lamp.YELLOW.value)),
        When(opened_on__lt=on, then=Value(Lamp.RED.value)),
        default=Value(None),
        output_field=CharField(null=True),
    )


def with_lamp(cases: QuerySet[Case], on: date) -> QuerySet[Case]:
    """This function adds `lamp` (a key of `ui.lamps`, null before the warning) to every case."""
    return cases.annotate(lamp=lamp_expression(on))


@dataclass(frozen=True)
class LampCount:
    """How many cases of an area show each lamp on a day; `lo` is the area's lowest slot."""

    lo: int
    yellow: int
    red: int
    green: int
    blue: int
    grey: int

    @property
    def total(self) -> int:
        """All cases; the four counted lamps leave the grey ones out."""
        return self.yellow + self.red + self.green + self.blue + self.grey

    def of(self, lamp: str) -> int:
        """This function returns the count of one lamp."""
        return int(getattr(self, lamp.lower()))


def lamp_counts(viewer: Viewer, on: date, level: int, *, since: date | None = None) -> list[LampCount]:
    """This function counts the lamps by area of a level (3 county, 4 township, 5 village), in code order.

    `since` leaves out cases closed before that day. Areas without a case are left out.
    """
    size = SIZE_OF_LEVEL[level]
    cases = cases_visible_to(viewer).filter(opened_on__lte=on, is_removal=False)
    if since is not None:
        cases = cases.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=since))
    # By village, in the order of the index and from the index alone; villages are few enough to be added up here.
    lamps = {lamp.value.lower(): Count("pk", filter=_shows(lamp, on)) for lamp in Lamp}
    villages = cases.order_by("slot").values("slot").annotate(**lamps)
    found: dict[int, list[int]] = {}
    for village in villages.values_list("slot", *lamps):
        lo = village[0] // size * size
        known = found.setdefault(lo, [0] * len(lamps))
        found[lo] = [a + b for a, b in zip(known, village[1:], strict=True)]
    return [LampCount(lo, *counts) for lo, counts in found.items()]


def lamp_totals(counts: Iterable[LampCount]) -> LampCount:
    """This function adds counts up."""
    rows = list(counts)
    return LampCount(0, *(sum(getattr(row, lamp.value.lower()) for row in rows) for lamp in Lamp))


def _shows(lamp: Lamp, on: date) -> Q:
    return Q(is_removal=False) & _burns(lamp, on)


def _burns(lamp: Lamp, on: date) -> Q:
    is_open = Q(closed_on__isnull=True) | Q(closed_on__gt=on)
    if lamp is Lamp.YELLOW:
        return is_open & Q(opened_on=on)
    if lamp is Lamp.RED:
        return is_open & Q(opened_on__lt=on)
    endings = [ending.value for ending, shown in LAMP_OF_ENDING.items() if shown is lamp]
    if lamp is Lamp.GREY:
        return Q(closed_on__lte=on) & ~Q(outcome__in=[ending.value for ending in LAMP_OF_ENDING])
    return Q(closed_on__lte=on, outcome__in=endings)


def lamp_filter(lamp: str, on: date) -> Q:
    """This function returns the filter that keeps cases showing a lamp on a day (unknown lamp: none)."""
    return _shows(Lamp(lamp), on) if lamp in set(Lamp) else Q(pk__in=[])
