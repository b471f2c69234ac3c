"""What a move requires of the household (topic `exit`): told by the register on the day, or asked of a person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from shouwang.casework.models import Case, CaseEvent
from shouwang.casework.rules import REMOVAL_WAYS
from shouwang.casework.selectors.procedures import policy_for_case
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.selectors import household_standing
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.requirements import Requirement, requirements_judge
from shouwang.rulebook.workflow import Move


def household_requirements(household_id: int, policy: Policy, *, decides: str, on: date) -> list[Requirement]:
    """This function returns the requirements of a decision for a household as the register stands on a day.

    The register is read by the system: whoever looks, the same household meets the same.
    """
    with acting_as(SYSTEM):
        facts = household_standing(SYSTEM, household_id, on)
    return requirements_judge(policy, decides=decides, facts=facts, on=on)


def requirements_of(case: Case, move: Move, *, on: date) -> list[Requirement]:
    """This function returns what a move requires of a case's household on a day; nothing where it requires nothing."""
    if move.holds is None:
        return []
    found = household_requirements(case.household_id, policy_for_case(case, on=on), decides=move.holds, on=on)
    return [one for one in found if move.confirms or not one.is_asked]


def requirements_open(case: Case, move: Move, *, confirmed: Collection[str], on: date) -> list[Requirement]:
    """This function returns what keeps a move from being taken: not held, not known, or not confirmed."""
    found = requirements_of(case, move, on=on)
    return [one for one in found if (one.key not in confirmed if one.is_asked else one.result is not True)]


def requirements_told(case: Case, move: Move, *, on: date) -> dict[str, str]:
    """This function returns how each requirement was settled: by data or by a person."""
    return {one.key: "confirmed" if one.is_asked else "data" for one in requirements_of(case, move, on=on)}


def removal_way(case: Case) -> str:
    """This function returns how the risk goes, as its proposal says, in the register's word."""
    opened = CaseEvent.objects.filter(case=case, what=CaseEvent.What.OPENED).earliest("pk")
    return REMOVAL_WAYS[opened.data["way"]]
