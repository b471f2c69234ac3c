"""Task grants: one household opened to one organisation for one task, some fields and some time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shouwang.people.models import TaskGrant


def grant_give(
    *,
    organisation_id: int,
    household_id: int,
    slot: int,
    case_id: int,
    task_id: int,
    fields: Sequence[str],
    until: datetime,
    at: datetime,
) -> None:
    """This function opens a household to an organisation until an instant; once a task."""
    TaskGrant.objects.create(
        organisation_id=organisation_id,
        household_id=household_id,
        slot=slot,
        case_id=case_id,
        task_id=task_id,
        fields=list(fields),
        given_at=at,
        until=until,
    )


def grant_end(*, task_id: int, at: datetime) -> None:
    """This function ends a task's grant at once; one that has run out, or was never given, stays as it is."""
    TaskGrant.objects.filter(task_id=task_id, until__gt=at).update(until=at)


def grant_extend(*, task_id: int, until: datetime) -> None:
    """This function lets a task's grant last until an instant, when the clock of the task moved; an ended one stays."""
    TaskGrant.objects.filter(task_id=task_id).update(until=until)


def grant_move(*, task_id: int, organisation_id: int, until: datetime, at: datetime) -> bool:
    """This function opens a task's household to another organisation instead, for the same fields, until an instant.

    Returns whether there was a grant to move; the organisation before reads nothing of the household any more.
    """
    found = TaskGrant.objects.filter(task_id=task_id)
    return found.update(organisation_id=organisation_id, given_at=at, until=until) > 0
