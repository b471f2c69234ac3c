"""Reads of screening."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from shouwang.engine import Explanation, explain
from shouwang.people.access import Viewer
from shouwang.screening.models import Run, Warning
from shouwang.standards.selectors import policy_by_version_id


def warnings_visible_to(viewer: Viewer) -> QuerySet[Warning]:
    """This function returns the warnings inside the viewer's areas, newest first."""
    return Warning.objects.filter(viewer.q()).select_related("run", "pack_version").order_by("-raised_at", "-pk")


def warnings_uncollected(*, limit: int = 1000) -> list[Warning]:
    """This function returns the oldest warnings that no case has taken up, but for those held back (worker only)."""
    return list(Warning.objects.filter(collected_case_id__isnull=True, is_held=False).order_by("pk")[:limit])


def warnings_by_ids(ids: list[int]) -> dict[int, Warning]:
    """This function returns warnings by id, as far as row-level security shows them."""
    return {found.pk: found for found in Warning.objects.select_related("pack_version").filter(pk__in=ids)}


def warnings_held(viewer: Viewer) -> QuerySet[Warning]:
    """This function returns the warnings of the viewer's areas that wait for a person to look at them, oldest first."""
    return warnings_visible_to(viewer).filter(is_held=True, is_dismissed=False).order_by("raised_at", "pk")


def warnings_of_household(viewer: Viewer, household_id: int) -> QuerySet[Warning]:
    """This function returns a household's warnings, newest first."""
    return warnings_visible_to(viewer).filter(household_id=household_id)


def warning_explanation(warning: Warning) -> Explanation:
    """This function returns why a warning was raised: every condition, its facts and its thresholds."""
    return explain(policy_by_version_id(warning.pack_version_id, on=warning.on), warning.trigger_key, warning.facts)


def runs_visible_to(viewer: Viewer) -> QuerySet[Run]:
    """This function returns the runs over the viewer's areas, newest first."""
    inside = Q(pk__in=[])
    for lo, hi in viewer.ranges:
        inside |= Q(slot__gte=lo, hi__lte=hi)
    return Run.objects.filter(inside).select_related("pack_version").order_by("-pk")
