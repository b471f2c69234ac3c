"""Return visits: what is asked, what was found, what is due."""

from __future__ import annotations

from datetime import date

from django.db.models import F, QuerySet

from shouwang.casework.selectors import cases_visible_to, policy_for_case
from shouwang.casework.selectors.cases import Case
from shouwang.evaluation.models import Visit
from shouwang.people.access import Viewer
from shouwang.rulebook.visits import Asked, questions_of

WAYS: list[tuple[str, str]] = [(way.value, str(way.label)) for way in Visit.Way]


def questions_for(case: Case, *, on: date) -> tuple[list[Asked], list[str]]:
    """This function returns what the pack of a case asks at a return visit on a day, and the risks it is about."""
    causes = [row.cause for row in case.cause_rows.order_by("pk")]
    return questions_of(policy_for_case(case, on=on), causes), causes


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


def visits_due(viewer: Viewer) -> QuerySet[Case]:
    """This function returns the cases of the viewer's areas whose help has come and that wait for a return visit, the
    one due first in front."""
    waiting = cases_visible_to(viewer).filter(act="visit", closed_on__isnull=True)
    return waiting.order_by(F("due_on").asc(nulls_last=True), "pk")
