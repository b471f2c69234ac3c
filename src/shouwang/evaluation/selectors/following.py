"""The visits of a transition period: which were made, and which is due next."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Count, Max, QuerySet

from shouwang.casework.selectors.cases import Case
from shouwang.evaluation.models import FollowUp
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.visits import Rhythm, transition_of

Key = tuple[int, int | date | None]  # a removal: household and its case, or its day where it was removed elsewhere


def rhythm_of(policy: Policy | None) -> Rhythm | None:
    """This function returns the transition period that a policy states."""
    stated = transition_of(policy) if policy is not None else None
    return stated.value.transition if stated is not None else None


def due_next(
    rhythm: Rhythm | None, removed_on: date, made: int, *, known_on: date | None = None
) -> date | None:  # fmt: skip
    """This function returns the day of the next visit after so many were made, None when all were.

    `known_on`: when the register learned of a removal made elsewhere; nothing is asked for the time before.
    """
    days = rhythm.days(removed_on) if rhythm is not None else []
    left = [day for day in days if known_on is None or day >= known_on][made:]
    return left[0] if left else None


def removal_key(household_id: int, case: Case | None, removed_on: date) -> Key:
    """This function returns by what the visits after a removal are told from those after another."""
    return household_id, case.pk if case is not None else removed_on


def visits_made(household_ids: Collection[int]) -> dict[Key, tuple[int, date]]:
    """This function returns how many visits were made after each removal of households and the day of the last, read by
    the system: also visits made before a household moved."""
    with acting_as(SYSTEM):
        rows = FollowUp.objects.filter(household_id__in=household_ids).values(
            "household_id", "removal_id", "removed_on"
        )
        told = rows.annotate(made=Count("pk"), last=Max("visited_on"))
        return {
            (row["household_id"], row["removal_id"] or row["removed_on"]): (row["made"], row["last"]) for row in told
        }


def follow_ups_of_household(viewer: Viewer, household_id: int) -> QuerySet[FollowUp]:
    """This function returns the visits of a household after removals, newest first."""
    if not viewer.reads_register:
        return FollowUp.objects.none()
    return FollowUp.objects.filter(viewer.q(), household_id=household_id).order_by("-visited_on", "-pk")
