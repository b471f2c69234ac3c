"""Removals that may have been weak: what speaks against one, and the list of those found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from shouwang.casework.selectors import cases_visible_to
from shouwang.evaluation.models import TROUBLE, FollowUp, RollBack, WeakRemoval
from shouwang.evaluation.selectors.transition import Transition
from shouwang.people.access import SYSTEM, Viewer, acting_as

Found = dict[str, Any]  # key, name, then, now, parts


def weaknesses_told(found: Transition, trouble: FollowUp | None = None) -> list[Found]:
    """This function returns what speaks against a removal, to be kept as it was seen; one entry a condition.

    `trouble`: the visit that found new trouble, where nothing came of it.
    """
    never = {one.key: one for one in found.lacking}
    failing = {one.key: one for one in found.failing}
    told: list[Found] = [
        {
            "key": one.key,
            "name": one.name,
            "then": one.key in never,
            "now": one.key in failing,
            "parts": [part.sentence for part in one.parts if part.result is False],
        }
        for one in (never | {key: one for key, one in failing.items() if key not in never}).values()
    ]
    if trouble is not None:
        name = f"{trouble.visited_on:%Y-%m-%d} 走访说又有困难，以后没有新的案件"
        told.append({"key": TROUBLE, "name": name, "then": False, "now": True, "parts": []})
    return told


def keys_of(found: Iterable[Mapping[str, Any]]) -> set[str]:
    """This function returns the keys of what was found."""
    return {str(one["key"]) for one in found}


def troubles_of(household_ids: Collection[int]) -> dict[int, FollowUp]:
    """This function returns for households the visit that found trouble, where it is the newest of its period and no
    case was opened since and no clue joined one (read by the system)."""
    with acting_as(SYSTEM):
        newest = {
            one.household_id: one
            for one in FollowUp.objects.filter(household_id__in=household_ids).order_by("visited_on", "pk")
        }
        found = {key: one for key, one in newest.items() if not one.is_steady}
        cases = cases_visible_to(SYSTEM).filter(household_id__in=found, is_removal=False)
        for household_id, opened_on, closed_on in cases.values_list("household_id", "opened_on", "closed_on"):
            one = found.get(household_id)
            if one is not None and (closed_on is None or opened_on >= one.visited_on):
                del found[household_id]
        return found


def settled_of(household_ids: Collection[int]) -> dict[tuple[int, int | None], set[str]]:
    """This function returns for households and removals what two people looked at and did not take back, by key
    (read by the system)."""
    with acting_as(SYSTEM):
        settled: dict[tuple[int, int | None], set[str]] = {}
        rows = RollBack.objects.filter(household_id__in=household_ids, state=RollBack.State.DECLINED)
        for household_id, removal_id, found in rows.values_list("household_id", "removal_id", "found"):
            settled.setdefault((household_id, removal_id), set()).update(keys_of(found))
        return settled


def weak_removals_visible_to(viewer: Viewer) -> QuerySet[WeakRemoval]:
    """This function returns the removals of the viewer's areas that were found weak and are not settled, oldest first;
    those of which a roll-back is proposed wait with it."""
    if not viewer.reads_register:
        return WeakRemoval.objects.none()
    proposed = RollBack.objects.filter(viewer.q(), state=RollBack.State.PROPOSED).values("household_id")
    open_ = WeakRemoval.objects.filter(viewer.q(), ended_on__isnull=True).exclude(household_id__in=proposed)
    return open_.order_by("found_on", "pk")


def weak_of_households(viewer: Viewer, household_ids: Collection[int]) -> dict[int, WeakRemoval]:
    """This function returns what the search found of households, those only of which it found something."""
    rows = WeakRemoval.objects.filter(viewer.q(), ended_on__isnull=True, household_id__in=household_ids)
    return {row.household_id: row for row in rows}


def weak_open(household_ids: Collection[int] | None = None) -> dict[int, WeakRemoval]:
    """This function returns every removal that stands as weak, of some households or of all (read by the system)."""
    with acting_as(SYSTEM):
        rows = WeakRemoval.objects.filter(ended_on__isnull=True)
        if household_ids is not None:
            rows = rows.filter(household_id__in=household_ids)
        return {row.household_id: row for row in rows}
