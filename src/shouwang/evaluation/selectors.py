"""Reads of evaluation."""

from __future__ import annotations

from django.db.models import QuerySet

from shouwang.evaluation.models import Visit
from shouwang.people.access import Viewer

WAYS: list[tuple[str, str]] = [(way.value, str(way.label)) for way in Visit.Way]


def visits_visible_to(viewer: Viewer) -> QuerySet[Visit]:
    """This function returns the visits of the viewer's areas, newest first; none for departments and insurers."""
    if not viewer.reads_register:
        return Visit.objects.none()
    return Visit.objects.filter(viewer.q()).order_by("-visited_on", "-pk")


def visits_of_case(viewer: Viewer, case_id: int) -> QuerySet[Visit]:
    """This function returns a case's visits, newest first."""
    return visits_visible_to(viewer).filter(case_id=case_id)


def visits_of_household(viewer: Viewer, household_id: int) -> QuerySet[Visit]:
    """This function returns a household's visits, newest first."""
    return visits_visible_to(viewer).filter(household_id=household_id)
