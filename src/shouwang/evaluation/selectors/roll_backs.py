"""Removals that were taken back, and those of which it is proposed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet

from shouwang.evaluation.models import RollBack
from shouwang.people.access import SYSTEM, Viewer, acting_as


def taken_back(household_ids: Collection[int]) -> set[tuple[int, date]]:
    """This function returns households and days of removals that were taken back, read by the system."""
    with acting_as(SYSTEM):
        done = RollBack.objects.filter(household_id__in=household_ids, state=RollBack.State.DONE)
        return set(done.values_list("household_id", "removed_on"))


def roll_backs_visible_to(viewer: Viewer) -> QuerySet[RollBack]:
    """This function returns the roll-backs of the viewer's areas, newest first."""
    if not viewer.reads_register:
        return RollBack.objects.none()
    return RollBack.objects.filter(viewer.q()).order_by("-pk")


def roll_backs_of_household(viewer: Viewer, household_id: int) -> QuerySet[RollBack]:
    """This function returns what was proposed to be taken back of a household, newest first."""
    return roll_backs_visible_to(viewer).filter(household_id=household_id)


def roll_backs_waiting(viewer: Viewer) -> QuerySet[RollBack]:
    """This function returns the roll-backs of the viewer's areas that wait to be decided by somebody who, like this
    viewer, does not stand behind the proposal; the oldest first."""
    waiting = roll_backs_visible_to(viewer).filter(state=RollBack.State.PROPOSED)
    for user_id in viewer.user_ids:
        waiting = waiting.exclude(proposed_by_user_id=user_id).exclude(barred_user_ids__contains=[user_id])
    return waiting.order_by("pk")
