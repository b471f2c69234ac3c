"""Households after the removal of their risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shouwang.casework.selectors.cases import Case
from shouwang.casework.selectors.procedures import policy_by_version_id
from shouwang.evaluation.selectors.following import due_next, removal_key, rhythm_of, visits_made
from shouwang.evaluation.selectors.removals import (
    case_of_removal,
    conditions_lacking,
    conditions_now,
    policy_of_removal,
    removal_cases,
)
from shouwang.evaluation.selectors.roll_backs import taken_back
from shouwang.kit.dates import months_add
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.selectors import (
    RemovedHousehold,
    household_get,
    households_removed,
    removal_known_on,
    state_on,
)
from shouwang.rulebook.requirements import Requirement
from shouwang.rulebook.visits import LONGEST_MONTHS, Rhythm


@dataclass(frozen=True)
class Transition:
    """A household after the removal of its risk. `case`: what removed it, None where it was removed elsewhere and the
    register knows the day alone. `due_on`: the visit due next (None: all made, or no rhythm); `since`: the day after
    which it counts; `standing`: conditions that must go on holding, as they are now; `lacking`: conditions of the
    removal that, by what is known now, did not hold on its day.
    """

    household_id: int
    slot: int
    case: Case | None
    removed_on: date
    ends_on: date | None
    due_on: date | None
    since: date
    standing: tuple[Requirement, ...]
    lacking: tuple[Requirement, ...]
    is_removed: bool  # false once it was taken back or identified anew

    @property
    def failing(self) -> tuple[Requirement, ...]:
        """The conditions that must go on holding and are known not to."""
        return tuple(one for one in self.standing if one.result is False)

    @property
    def is_weak(self) -> bool:
        """Whether something that is known speaks against the removal."""
        return bool(self.failing or self.lacking)

    def is_running(self, on: date) -> bool:
        """This function tells whether the period still runs; a policy without one lets it run on."""
        return self.is_removed and (self.ends_on is None or on <= self.ends_on)

    def is_late(self, on: date) -> bool:
        """This function tells whether a visit was to be made before a day."""
        return self.due_on is not None and self.due_on < on


def transition_of_household(viewer: Viewer, household_id: int, on: date) -> Transition | None:
    """This function returns how a household stands after its newest removal, None where it had none.

    Raises HouseholdNotFound.
    """
    home = household_get(viewer, household_id)
    cases = removal_cases([household_id])
    with acting_as(SYSTEM):
        state = state_on(SYSTEM, household_id, on)
    removed_on = state.removed_date if state is not None else None
    if removed_on is None or removed_on > on:
        gone = cases.get(household_id)
        if gone is None or gone.closed_on is None:
            return None
        return Transition(household_id, home.slot, gone, gone.closed_on, None, None, gone.closed_on, (), (), False)
    case = case_of_removal(cases, household_id, removed_on)
    if (household_id, removed_on) in taken_back([household_id]):  # also for a clock that was set back
        return Transition(household_id, home.slot, case, removed_on, None, None, removed_on, (), (), False)
    policy = policy_of_removal(case, home.slot, on=on)
    rhythm = rhythm_of(policy)
    made, last = visits_made([household_id]).get(removal_key(household_id, case, removed_on), (0, removed_on))
    with acting_as(SYSTEM):
        known_on = removal_known_on(household_id, removed_on) if case is None else None
    return Transition(
        household_id=household_id,
        slot=home.slot,
        case=case,
        removed_on=removed_on,
        ends_on=rhythm.ends(removed_on) if rhythm is not None else None,
        due_on=due_next(rhythm, removed_on, made, known_on=known_on),
        since=last,
        standing=conditions_now(household_id, policy, on=on),
        lacking=conditions_lacking(
            household_id, policy_of_removal(case, home.slot, on=removed_on), removed_on=removed_on,
            removal=state.removal if state is not None else "", is_ours=case is not None,
        ),
        is_removed=True,
    )  # fmt: skip


@dataclass(frozen=True)
class DueLine:
    """One household in its transition period and the day of its next visit (None: all were made)."""

    household: RemovedHousehold
    case: Case | None
    due_on: date | None
    ends_on: date | None

    def is_late(self, on: date) -> bool:
        """This function tells whether the visit was to be made before a day."""
        return self.due_on is not None and self.due_on < on


def transitions_running(viewer: Viewer, on: date) -> list[DueLine]:
    """This function returns the households of the viewer's areas after a removal: those whose transition period runs,
    and those whose policy states none, as far back as any period may reach; the first removed in front."""
    removed = households_removed(viewer, after=months_add(on, -LONGEST_MONTHS), on=on)
    ids = [one.household_id for one in removed]
    cases, back = removal_cases(ids), taken_back(ids)
    visits = visits_made(ids)
    rhythms: dict[int, Rhythm | None] = {}
    lines = []
    for one in removed:
        if (one.household_id, one.removed_on) in back:
            continue
        case = case_of_removal(cases, one.household_id, one.removed_on)
        key = case.pack_version_id if case is not None else -one.slot
        if key not in rhythms:
            rhythms[key] = rhythm_of(
                policy_by_version_id(key, on=on) if case is not None else policy_of_removal(None, one.slot, on=on)
            )
        rhythm = rhythms[key]
        ends_on = rhythm.ends(one.removed_on) if rhythm is not None else None
        if ends_on is not None and on > ends_on:
            continue
        made, _ = visits.get(removal_key(one.household_id, case, one.removed_on), (0, one.removed_on))
        known_on = one.known_on if case is None else None
        due_on = due_next(rhythm, one.removed_on, made, known_on=known_on)
        lines.append(DueLine(one, case, due_on, ends_on))
    return lines


def transitions_due(viewer: Viewer, on: date) -> list[DueLine]:
    """This function returns the households whose transition period runs, the visit due first in front."""
    lines = [line for line in transitions_running(viewer, on) if line.ends_on is not None]
    return sorted(lines, key=lambda line: (line.due_on or date.max, line.household.household_id))
