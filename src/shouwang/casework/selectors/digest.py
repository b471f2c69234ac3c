"""The four numbers of a morning: what came, what is due today, what is late, what was taken up from below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from shouwang.casework.models import Task
from shouwang.casework.selectors.desk import cases_waiting
from shouwang.casework.selectors.escalations import escalations_standing
from shouwang.casework.selectors.tasks import tasks_of_organisation
from shouwang.people.access import Viewer


@dataclass(frozen=True)
class Morning:
    """Counts of cases and tasks together."""

    new: int
    today: int
    late: int
    escalated: int

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.today or self.late or self.escalated)


def morning_of(viewer: Viewer, *, on: date, since: datetime) -> Morning:
    """This function counts what waits at a desk on a day; new is what came since an instant and waits still."""
    due = {"today": Count("pk", filter=Q(due_on=on)), "late": Count("pk", filter=Q(due_on__lt=on))}
    tasks = tasks_of_organisation(viewer).filter(state=Task.State.OPEN).order_by()
    counted = tasks.aggregate(new=Count("pk", filter=Q(opened_at__gte=since)), **due)
    if viewer.reads_register:
        cases = cases_waiting(viewer).order_by()
        mine = cases.aggregate(new=Count("pk", filter=Q(stage_since_at__gte=since)), **due)
        counted = {name: counted[name] + mine[name] for name in counted}
    return Morning(**counted, escalated=escalations_standing(viewer, on).order_by().count())
