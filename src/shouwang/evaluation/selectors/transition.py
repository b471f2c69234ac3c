"""Help that arrived as facts of a removal; households after the removal of their risk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from shouwang.assistance.selectors import measures_of_household
from shouwang.casework.rules import REMOVAL_WAYS
from shouwang.casework.selectors import cases_visible_to, household_facts, household_requirements, policy_for_case
from shouwang.casework.selectors.cases import Case
from shouwang.casework.selectors.procedures import policy_by_version_id
from shouwang.evaluation.models import FollowUp, RollBack
from shouwang.kit.dates import months_add
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.selectors import RemovedHousehold, household_get, households_removed, state_on
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.requirements import Requirement, requirements_judge
from shouwang.rulebook.visits import LONGEST_MONTHS, Rhythm, transition_of
from shouwang.standards.selectors import NoPolicyInForce, policy_for

WAY_OF = {word: way for way, word in REMOVAL_WAYS.items()}  # how a risk went, by the register's word for it


def measures_standing(household_id: int, on: date) -> dict[str, Any]:
    """This function returns what the requirements of a removal read of the help that arrived, as facts by column.

    Help counts since the household was identified; as in a snapshot, what is delivered is not said to have ended.
    """
    state = state_on(SYSTEM, household_id, on)
    identified = state.identified_date if state is not None else None
    delivered = measures_of_household(SYSTEM, household_id).filter(state="DELIVERED", delivered_on__lte=on)
    rows = [(kind, day) for kind, day in delivered.values_list("kind", "delivered_on") if day is not None]
    days = [day for _, day in rows]
    since = [kind for kind, day in rows if identified is not None and day >= identified]
    return {
        "measures": sorted({kind for kind, _ in rows}),
        "measure_count": len(rows),
        "first_measure_date": min(days, default=None),
        "last_measure_date": max(days, default=None),
        "watch_measures": sorted(set(since)),
        "watch_measure_count": len(since),
    }


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


def rhythm_of(policy: Policy | None) -> Rhythm | None:
    """This function returns the transition period that a policy states."""
    stated = transition_of(policy) if policy is not None else None
    return stated.value.transition if stated is not None else None


def due_next(rhythm: Rhythm | None, removed_on: date, made: int) -> tuple[date | None, date]:
    """This function returns the day of the next visit after so many were made, and the day after which it counts."""
    days = rhythm.days(removed_on) if rhythm is not None else []
    since = days[made - 1] if 0 < made <= len(days) else removed_on
    return (days[made] if made < len(days) else None), since


def removal_cases(household_ids: Collection[int]) -> dict[int, Case]:
    """This function returns the newest case that removed a risk of each household, read by the system: it stays where
    it was decided when the household moves."""
    with acting_as(SYSTEM):
        found = cases_visible_to(SYSTEM).filter(household_id__in=household_ids, outcome="REMOVED")
        return {case.household_id: case for case in found.order_by("closed_on", "pk")}


def case_of_removal(cases: dict[int, Case], household_id: int, removed_on: date) -> Case | None:
    """This function returns the case of a removal: none where the register tells of a later one, made elsewhere."""
    case = cases.get(household_id)
    return case if case is not None and case.closed_on is not None and case.closed_on >= removed_on else None


def taken_back(household_ids: Collection[int]) -> set[tuple[int, date]]:
    """This function returns households and days of removals that were taken back, read by the system."""
    with acting_as(SYSTEM):
        done = RollBack.objects.filter(household_id__in=household_ids, state=RollBack.State.DONE)
        return set(done.values_list("household_id", "removed_on"))


def policy_of_removal(case: Case | None, slot: int, *, on: date) -> Policy | None:
    """This function returns the policy that a removal is judged by as it stands on a day: that of its case, else of its
    place; None where there is none."""
    if case is not None:
        return policy_for_case(case, on=on)
    try:
        return policy_for(slot=slot, on=on)[1]
    except NoPolicyInForce:
        return None


def conditions_now(household_id: int, policy: Policy | None, *, on: date) -> tuple[Requirement, ...]:
    """This function returns how the conditions that must go on holding stand on a day."""
    if policy is None:
        return ()
    found = household_requirements(household_id, policy, decides="removal", on=on)
    return tuple(one for one in found if one.stays)


def conditions_lacking(
    household_id: int, policy: Policy | None, *, removed_on: date, removal: str, is_ours: bool
) -> tuple[Requirement, ...]:
    """This function returns the conditions that did not hold on the day of a removal, by what is known now of that day.

    The household is looked at as it stood before it counted as removed. Of a removal made elsewhere only conditions
    that must go on holding are looked at: its help and its risks need not be recorded here.
    """
    if policy is None:
        return ()
    facts = household_facts(household_id, policy, on=removed_on)
    facts |= {"open_risks": facts["risks"], "removed_date": None}
    way = WAY_OF.get(removal) if is_ours else None
    found = requirements_judge(policy, decides="removal", facts=facts, on=removed_on, way=way)
    return tuple(one for one in found if one.result is False and (is_ours or one.stays))


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
    due_on, since = None, removed_on
    if case is not None:
        with acting_as(SYSTEM):  # also visits made before the household moved
            rows = FollowUp.objects.filter(removal_id=case.pk).order_by("-due_on")
            made = list(rows.values_list("visited_on", flat=True))
        due_on, since = due_next(rhythm, removed_on, len(made))[0], made[0] if made else removed_on
    return Transition(
        household_id=household_id,
        slot=home.slot,
        case=case,
        removed_on=removed_on,
        ends_on=rhythm.ends(removed_on) if rhythm is not None else None,
        due_on=due_on,
        since=since,
        standing=conditions_now(household_id, policy, on=on),
        lacking=conditions_lacking(
            household_id, policy_of_removal(case, home.slot, on=removed_on), removed_on=removed_on,
            removal=state.removal if state is not None else "", is_ours=case is not None,
        ),
        is_removed=True,
    )  # fmt: skip


def follow_ups_of_household(viewer: Viewer, household_id: int) -> QuerySet[FollowUp]:
    """This function returns the visits of a household after removals, newest first."""
    if not viewer.reads_register:
        return FollowUp.objects.none()
    return FollowUp.objects.filter(viewer.q(), household_id=household_id).order_by("-visited_on", "-pk")


def roll_backs_visible_to(viewer: Viewer) -> QuerySet[RollBack]:
    """This function returns the roll-backs of the viewer's areas, newest first."""
    if not viewer.reads_register:
        return RollBack.objects.none()
    return RollBack.objects.filter(viewer.q()).order_by("-pk")


def roll_backs_of_household(viewer: Viewer, household_id: int) -> QuerySet[RollBack]:
    """This function returns what was proposed to be taken back of a household, newest first."""
    return roll_backs_visible_to(viewer).filter(household_id=household_id)


@dataclass(frozen=True)
class DueLine:
    """One household in its transition period and the day of its next visit (None: all made, or removed elsewhere)."""

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
    with acting_as(SYSTEM):  # also visits made before a household moved
        visits = FollowUp.objects.filter(household_id__in=ids)
        made = dict(visits.values_list("removal_id").annotate(made=Count("pk")))
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
        due_on = due_next(rhythm, one.removed_on, made.get(case.pk, 0))[0] if case is not None else None
        lines.append(DueLine(one, case, due_on, ends_on))
    return lines


def transitions_due(viewer: Viewer, on: date) -> list[DueLine]:
    """This function returns the households whose transition period runs, the visit due first in front."""
    lines = [line for line in transitions_running(viewer, on) if line.ends_on is not None]
    return sorted(lines, key=lambda line: (line.due_on or date.max, line.household.household_id))
