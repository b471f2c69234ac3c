"""What somebody who leaves hands over: the open cases that she worked on, and the tasks of her organisation."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max, QuerySet

from shouwang.casework.models import Case, CaseEvent
from shouwang.casework.selectors.cases import cases_visible_to
from shouwang.casework.selectors.lamps import with_lamp
from shouwang.people.access import Viewer


def cases_worked_on(viewer: Viewer, user_id: int, *, on: date) -> QuerySet[Case]:
    """This function returns the open cases in sight that a user worked on, what is due first before the rest."""
    touched = CaseEvent.objects.filter(user_id=user_id).values("case_id")
    found = cases_visible_to(viewer).filter(closed_on__isnull=True, pk__in=touched)
    return with_lamp(found, on).prefetch_related("cause_rows").order_by("due_on", "pk")


def last_touched(user_id: int, case_ids: list[int]) -> dict[int, datetime]:
    """This function returns when a user last did something on each case, in one query."""
    events = CaseEvent.objects.filter(user_id=user_id, case_id__in=case_ids)
    return dict(events.values_list("case_id").annotate(last=Max("at")).order_by())
