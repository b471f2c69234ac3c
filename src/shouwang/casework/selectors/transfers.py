"""Transfers of tasks: to whom one may be proposed, which wait for an answer, which were declined."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from shouwang.casework.errors import TransferNotFound
from shouwang.casework.models import Case, Task, Transfer
from shouwang.people.access import Kind, Viewer
from shouwang.people.selectors import organisations_of_kind

TAKERS = (Kind.DEPARTMENT, Kind.INSURER, Kind.TOWNSHIP)


def takers_of(task: Task) -> list[Any]:
    """This function returns the bodies that answer for the task's place and could take it, but for its present one."""
    return [
        place
        for kind in TAKERS
        for place in organisations_of_kind(slot=task.slot, kind=kind)
        if place.pk != task.organisation_id
    ]


def transfers_of_task(task: Task) -> QuerySet[Transfer]:
    """This function returns the transfers of a task, newest first."""
    return Transfer.objects.filter(task=task).select_related("from_organisation", "to_organisation").order_by("-pk")


def offers_of_case(case: Case) -> dict[int, str]:
    """This function returns to whom the tasks of a case are being transferred, not accepted yet: task id → name."""
    waiting = Transfer.objects.filter(case=case, state=Transfer.State.PROPOSED)
    return dict(waiting.values_list("task_id", "to_organisation__name"))


def transfers_waiting(viewer: Viewer) -> QuerySet[Transfer]:
    """This function returns the transfers that wait for the viewer's organisation to accept or decline."""
    waiting = Transfer.objects.filter(to_organisation_id=viewer.organisation_id or 0, state=Transfer.State.PROPOSED)
    return waiting.select_related("from_organisation").order_by("due_on", "pk")


def tasks_declined_last() -> QuerySet[Transfer, int]:
    """This function returns the ids of the tasks whose last transfer another body declined."""
    later = Transfer.objects.filter(task=OuterRef("task"), pk__gt=OuterRef("pk"))
    declined = Transfer.objects.filter(state=Transfer.State.DECLINED).exclude(Exists(later))
    return declined.values_list("task_id", flat=True)


def tasks_declined(viewer: Viewer) -> QuerySet[Task]:
    """This function returns the open tasks of the viewer's organisation whose last transfer another body declined."""
    mine = Task.objects.filter(organisation_id=viewer.organisation_id or 0, state=Task.State.OPEN)
    return mine.filter(pk__in=tasks_declined_last()).select_related("organisation").order_by("due_on", "pk")


def transfer_get(viewer: Viewer, transfer_id: int) -> Transfer:
    """This function returns a transfer to or from the viewer's organisation; raises TransferNotFound."""
    found = Transfer.objects.select_related("from_organisation", "to_organisation").filter(pk=transfer_id).first()
    mine = viewer.organisation_id
    if found is None or mine is None or mine not in (found.from_organisation_id, found.to_organisation_id):
        raise TransferNotFound
    return found
