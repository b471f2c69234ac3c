"""What waits, what is late, what came back: the same three questions for every kind of organisation.

Each answer is two querysets, cases and tasks, whose rows are exactly what the count says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from shouwang.casework.models import Case, Task
from shouwang.casework.selectors.barred import households_recused
from shouwang.casework.selectors.cases import cases_reported_by, cases_visible_to
from shouwang.casework.selectors.lamps import with_lamp
from shouwang.casework.selectors.procedures import PASSIVE
from shouwang.casework.selectors.tasks import tasks_of_organisation
from shouwang.people.access import Kind, Viewer

RESULT_DAYS = 14
REPORTERS = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE})


@dataclass(frozen=True)
class Desk:
    """One of the three lists: `cases` carry `lamp`, both are ordered by what is due first."""

    cases: QuerySet[Case]
    tasks: QuerySet[Task]


def cases_waiting(viewer: Viewer) -> QuerySet[Case]:
    """This function returns the open cases whose next step is this viewer's: her kind, her role, not her own work."""
    mine = Q(holder_kind=str(viewer.kind)) & (Q(holder_roles=[]) | Q(holder_roles__contains=[str(viewer.role)]))
    waiting = cases_visible_to(viewer).filter(mine, closed_on__isnull=True).exclude(act__in=PASSIVE)
    if viewer.user_id is not None:
        waiting = waiting.exclude(barred_user_ids__contains=[viewer.user_id])
    if viewer.deputises_user_id is not None:
        # What the absent one did herself waits for others, unless she stepped aside from the household.
        own = Q(barred_user_ids__contains=[viewer.deputises_user_id])
        waiting = waiting.exclude(own & ~Q(household_id__in=households_recused(viewer.deputises_user_id)))
    return waiting


def _tasks_open(viewer: Viewer) -> QuerySet[Task]:
    return tasks_of_organisation(viewer).filter(state=Task.State.OPEN).order_by("due_on", "pk")


def _due_first(cases: QuerySet[Case], on: date) -> QuerySet[Case]:
    return with_lamp(cases, on).prefetch_related("cause_rows").order_by("due_on", "pk")


def desk_waiting(viewer: Viewer, on: date) -> Desk:
    """This function returns what waits for the viewer: cases at her step, tasks put to her organisation."""
    return Desk(_due_first(cases_waiting(viewer), on), _tasks_open(viewer))


def desk_late(viewer: Viewer, on: date) -> Desk:
    """This function returns what of the waiting is past its day."""
    return Desk(_due_first(cases_waiting(viewer).filter(due_on__lt=on), on), _tasks_open(viewer).filter(due_on__lt=on))


def desk_soon(viewer: Viewer, on: date) -> Desk:
    """This function returns what of the waiting is due within its warning time and not late yet."""
    soon = Q(warn_on__lte=on, due_on__gte=on)
    return Desk(_due_first(cases_waiting(viewer).filter(soon), on), _tasks_open(viewer).filter(soon))


def desk_returned(viewer: Viewer, on: date) -> Desk:
    """This function returns what came back.

    Cases that are at the viewer's step again after others had them, tasks asked a second time, and what became within
    two weeks of the cases that the viewer's organisation reported.
    """
    since = on - timedelta(days=RESULT_DAYS)
    again = cases_waiting(viewer).filter(is_returned=True)
    found = again
    if viewer.kind in REPORTERS:
        settled = cases_reported_by(viewer).filter(closed_on__gte=since, closed_on__lte=on)
        # One set of keys, not "either or": that would be tried on every case of the area in the order of the list.
        found = cases_visible_to(viewer).filter(pk__in=again.values("pk").union(settled.values("pk")))
    return Desk(_due_first(found, on), _tasks_open(viewer).filter(round__gt=1))
