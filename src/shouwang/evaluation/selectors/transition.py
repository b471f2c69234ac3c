"""Help that arrived as facts of a removal; households after the removal of their risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from shouwang.assistance.selectors import measures_of_household
from shouwang.casework.selectors import cases_visible_to, household_requirements, policy_for_case
from shouwang.casework.selectors.cases import Case
from shouwang.evaluation.models import FollowUp, RollBack
from shouwang.kit.dates import months_add
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.selectors import state_on
from shouwang.rulebook.requirements import Requirement
from shouwang.rulebook.visits import LONGEST_MONTHS, Rhythm, transition_of


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
    """A household after the removal of its risk. `due_on`: the visit due next (None: all made, or no rhythm); `since`:
    the day after which it counts; `failing`: conditions that must go on holding and do not.
    """

    case: Case
    removed_on: date
    ends_on: date | None
    due_on: date | None
    since: date
    failing: tuple[Requirement, ...]
    standing: tuple[Requirement, ...]
    is_removed: bool  # false once it was taken back or identified anew

    def is_running(self, on: date) -> bool:
        """This function tells whether the period still runs; a policy without one lets it run on."""
        return self.is_removed and (self.ends_on is None or on <= self.ends_on)

    def is_late(self, on: date) -> bool:
        """This function tells whether a visit was to be made before a day."""
        return self.due_on is not None and self.due_on < on


def rhythm_of(case: Case, *, on: date) -> Rhythm | None:
    """This function returns the transition period by the pack of a removal as it stands on a day."""
    stated = transition_of(policy_for_case(case, on=on))
    return stated.value.transition if stated is not None else None


def due_next(rhythm: Rhythm | None, removed_on: date, made: int) -> tuple[date | None, date]:
    """This function returns the day of the next visit after so many were made, and the day after which it counts."""
    days = rhythm.days(removed_on) if rhythm is not None else []
    since = days[made - 1] if 0 < made <= len(days) else removed_on
    return (days[made] if made < len(days) else None), since


def transition_of_case(case: Case, on: date) -> Transition:
    """This function returns how a removed household stands, by its removal; the register is read by the system."""
    with acting_as(SYSTEM):
        state = state_on(SYSTEM, case.household_id, on)
    removed_on = case.closed_on
    assert removed_on is not None
    rhythm = rhythm_of(case, on=on)
    last = FollowUp.objects.filter(removal_id=case.pk).order_by("-due_on").values_list("visited_on", flat=True)
    due_on, _ = due_next(rhythm, removed_on, len(last))
    found = household_requirements(case.household_id, policy_for_case(case, on=on), decides="removal", on=on)
    standing = tuple(one for one in found if one.stays)
    return Transition(
        case=case,
        removed_on=removed_on,
        ends_on=rhythm.ends(removed_on) if rhythm is not None else None,
        due_on=due_on,
        since=last[0] if last else removed_on,
        failing=tuple(one for one in standing if one.result is False),
        standing=standing,
        is_removed=state is not None
        and state.removed_date is not None
        and state.removed_date <= on
        and not RollBack.objects.filter(removal_id=case.pk, state="DONE").exists(),
    )


def removals(viewer: Viewer) -> QuerySet[Case]:
    """This function returns the cases of the viewer's areas that removed a risk, newest first."""
    return cases_visible_to(viewer).filter(outcome="REMOVED").order_by("-closed_on", "-pk")


def transition_of_household(viewer: Viewer, household_id: int, on: date) -> Transition | None:
    """This function returns how a household stands after its newest removal, None where it had none."""
    case = removals(viewer).filter(household_id=household_id).first()
    return transition_of_case(case, on) if case is not None else None


def follow_ups_of_household(viewer: Viewer, household_id: int) -> QuerySet[FollowUp]:
    """This function returns the visits of a household after removals, newest first."""
    if not viewer.reads_register:
        return FollowUp.objects.none()
    return FollowUp.objects.filter(viewer.q(), household_id=household_id).order_by("-visited_on", "-pk")


def roll_backs_of_household(viewer: Viewer, household_id: int) -> QuerySet[RollBack]:
    """This function returns what was proposed to be taken back of a household, newest first."""
    if not viewer.reads_register:
        return RollBack.objects.none()
    return RollBack.objects.filter(viewer.q(), household_id=household_id).order_by("-pk")


@dataclass(frozen=True)
class DueLine:
    """One household in its transition period and the day of its next visit (None: all made)."""

    case: Case
    removed_on: date
    due_on: date | None

    def is_late(self, on: date) -> bool:
        """This function tells whether the visit was to be made before a day."""
        return self.due_on is not None and self.due_on < on


def transitions_due(viewer: Viewer, on: date) -> list[DueLine]:
    """This function returns the households whose transition period runs, the visit due first in front.

    Those taken back or identified anew since are left out.
    """
    reach = months_add(on, -LONGEST_MONTHS)
    cases = list(removals(viewer).filter(closed_on__gte=reach, closed_on__lte=on).select_related("pack_version"))
    made = dict(
        FollowUp.objects.filter(viewer.q(), removal_id__in=[case.pk for case in cases])
        .values_list("removal_id").annotate(made=Count("pk"))
    )  # fmt: skip
    back = set(RollBack.objects.filter(viewer.q(), state="DONE").values_list("removal_id", flat=True))
    newest: dict[int, Case] = {}
    for case in cases:
        newest.setdefault(case.household_id, case)
    rhythms: dict[int, Rhythm | None] = {}
    lines = []
    for case in newest.values():
        if case.pack_version_id not in rhythms:
            rhythms[case.pack_version_id] = rhythm_of(case, on=on)
        rhythm, removed_on = rhythms[case.pack_version_id], case.closed_on
        if rhythm is None or removed_on is None or case.pk in back or on > rhythm.ends(removed_on):
            continue
        lines.append(DueLine(case, removed_on, due_next(rhythm, removed_on, made.get(case.pk, 0))[0]))
    return sorted(lines, key=lambda line: (line.due_on or date.max, line.case.pk))
