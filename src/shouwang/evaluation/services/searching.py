"""The nightly search for weak removals: households whose risk was removed and of which something known speaks against
it, by conditions lost since, conditions never met by what is known now, or a visit that found trouble."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from shouwang.audit.services import entry_append
from shouwang.evaluation.models import FollowUp, WeakRemoval
from shouwang.evaluation.selectors.transition import DueLine, transition_of_household, transitions_running
from shouwang.evaluation.selectors.weak import Found, keys_of, settled_of, troubles_of, weak_open, weaknesses_told
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM, acting_as

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Search:
    """What a search looked at, found anew, and no longer found; households it could not look at are `left`."""

    looked: int
    found: int
    ended: int
    left: int


def weak_removals_search(*, at: datetime, goes_on: Callable[[], bool] = lambda: True) -> Search:
    """This function looks at every household in its transition period and keeps which removals may have been weak.

    A household is a transaction of its own and a search begun anew finds the same, so that a stopped worker loses
    nothing. What two people have looked at and not taken back is not found again for the same reasons. `goes_on` ends a
    search early.
    """
    on = at.astimezone(SHANGHAI).date()
    with acting_as(SYSTEM):
        lines = transitions_running(SYSTEM, on)
    ids = [line.household.household_id for line in lines]
    troubles, settled, open_ = troubles_of(ids), settled_of(ids), weak_open()
    looked = found = left = 0
    seen: set[int] = set()
    for line in lines:
        if not goes_on():
            return Search(looked, found, 0, len(lines) - looked)
        key = line.household.household_id
        seen.add(key)
        looked += 1
        try:
            told = _told(line, troubles.get(key), on)
        except Refusal:
            logger.exception("household %s could not be looked at", key)
            left += 1
            continue
        done = settled.get((key, line.case.pk if line.case is not None else None), set())
        found += _kept(line, told if keys_of(told) - done else [], open_.get(key), at=at, on=on)
    ended = sum(_ended(row, at=at, on=on) for key, row in open_.items() if key not in seen)
    return Search(looked, found, ended, left)


def _told(line: DueLine, trouble: FollowUp | None, on: date) -> list[Found]:
    with acting_as(SYSTEM):
        found = transition_of_household(SYSTEM, line.household.household_id, on)
    if found is None or not found.is_removed:
        return []
    return weaknesses_told(found, trouble if trouble and trouble.visited_on >= line.household.removed_on else None)


def _kept(line: DueLine, told: list[Found], before: WeakRemoval | None, *, at: datetime, on: date) -> int:
    """This function keeps what was found of one household; returns 1 where it is found anew."""
    if not told:
        if before is not None:
            _ended(before, at=at, on=on)
        return 0
    home, removal_id = line.household, line.case.pk if line.case is not None else None
    with acting_as(SYSTEM):
        row = WeakRemoval.objects.select_for_update().filter(household_id=home.household_id, ended_on__isnull=True)
        kept = row.first()
        is_new = kept is None
        if kept is None:
            kept = WeakRemoval(household_id=home.household_id, found_on=on)
        elif kept.found == told and (kept.slot, kept.removal_id) == (home.slot, removal_id):
            return 0
        kept.slot, kept.removal_id, kept.removed_on, kept.found = home.slot, removal_id, home.removed_on, told
        kept.save()
        entry_append(
            viewer=SYSTEM, action="weak_removal.find", subject_type="evaluation.WeakRemoval", subject_id=kept.pk,
            slot=kept.slot, at=at, after={"household": kept.household_id, "found": sorted(keys_of(told))},
        )  # fmt: skip
    return int(is_new)


def _ended(row: WeakRemoval, *, at: datetime, on: date) -> int:
    """This function ends what is found no longer; returns 1 unless somebody ended it meanwhile."""
    with acting_as(SYSTEM):
        return weak_removal_end(household_id=row.household_id, at=at, on=on)


def weak_removal_end(*, household_id: int, at: datetime, on: date) -> int:
    """This function ends what was found of a household, in the caller's transaction; returns how many rows it ended."""
    rows = list(WeakRemoval.objects.select_for_update().filter(household_id=household_id, ended_on__isnull=True))
    for row in rows:
        row.ended_on = on
        row.save(update_fields=["ended_on"])
        entry_append(
            viewer=SYSTEM, action="weak_removal.end", subject_type="evaluation.WeakRemoval", subject_id=row.pk,
            slot=row.slot, at=at, before={"found": sorted(keys_of(row.found))},
        )  # fmt: skip
    return len(rows)
