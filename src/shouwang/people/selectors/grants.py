"""Reads of task grants."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.db.models.functions import Now

from shouwang.people.access import Viewer
from shouwang.people.models import TaskGrant


def granted_households(viewer: Viewer) -> QuerySet[TaskGrant, int]:
    """This function returns the ids of the households that live task grants open to the viewer's organisation."""
    return TaskGrant.objects.filter(organisation_id=viewer.organisation_id or 0, until__gt=Now()).values_list(
        "household_id", flat=True
    )


def grant_fields(viewer: Viewer, *, task_id: int) -> frozenset[str]:
    """This function returns what a live grant of a task shows of its household to the viewer's organisation."""
    grant = TaskGrant.objects.filter(
        task_id=task_id, organisation_id=viewer.organisation_id or 0, until__gt=Now()
    ).first()
    return frozenset(grant.fields) if grant else frozenset()


def grants_fields(viewer: Viewer, *, task_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """This function returns `grant_fields` of several tasks by task; those without a live grant are left out."""
    mine = TaskGrant.objects.filter(organisation_id=viewer.organisation_id or 0, until__gt=Now())
    return {grant.task_id: frozenset(grant.fields) for grant in mine.filter(task_id__in=list(task_ids))}
