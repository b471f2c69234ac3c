"""What statistics read of cases: how many a day, and how far they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from shouwang.casework.models import Case
from shouwang.casework.rules import Ending
from shouwang.casework.selectors.cases import cases_visible_to
from shouwang.people.access import Viewer

SENT, APPROVED, ASSISTED, GREEN = "sent", "approved", "assisted", "green"
PASSED = {SENT: "已送核查", APPROVED: "会商同意", ASSISTED: "已救助", GREEN: "已救助回访"}


@dataclass(frozen=True)
class DayCount:
    """How many cases were opened, closed green and closed blue on a day."""

    day: date
    opened: int
    green: int
    blue: int


def cases_in(viewer: Viewer, *, lo: int, hi: int) -> QuerySet[Case]:
    """This function returns the cases in sight within a slot range that began with a warning: no removals."""
    return cases_visible_to(viewer).filter(slot__gte=lo, slot__lte=hi, is_removal=False)


def cases_passed(cases: QuerySet[Case], step: str) -> QuerySet[Case]:
    """This function keeps the cases that came at least as far as a step (unknown step: none)."""
    if step == SENT:
        return cases.filter(sent_at__isnull=False)
    if step == APPROVED:
        return cases.filter(approved_at__isnull=False)
    if step == ASSISTED:
        return cases.filter(assisted_at__isnull=False)
    if step == GREEN:
        return cases.filter(outcome=Ending.HELPED.value)
    return cases.none()


def day_counts(viewer: Viewer, *, lo: int, hi: int, days: list[date]) -> list[DayCount]:
    """This function counts openings and endings on each of some days in a row, in their order."""
    cases = cases_in(viewer, lo=lo, hi=hi)
    opened = dict(
        cases.filter(opened_on__range=(days[0], days[-1]))
        .values_list("opened_on")
        .annotate(count=Count("pk"))
        .order_by()
    )
    closed = {
        day: (green, blue)
        for day, green, blue in cases.filter(closed_on__range=(days[0], days[-1]))
        .values_list("closed_on")
        .annotate(
            green=Count("pk", filter=Q(outcome=Ending.HELPED.value)),
            blue=Count("pk", filter=Q(outcome=Ending.REJECTED.value)),
        )
        .order_by()
    }
    return [DayCount(day, opened.get(day, 0), *closed.get(day, (0, 0))) for day in days]
