"""What a move requires of the household (topic `exit`): told by the register on the day, or asked of a person."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from shouwang.casework.models import Case, CaseEvent
from shouwang.casework.rules import REMOVAL_WAYS
from shouwang.casework.selectors.procedures import policy_for_case
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.selectors import household_standing
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.requirements import Requirement, requirements_judge
from shouwang.rulebook.workflow import Move

# What rooms further down the way know of a household on a day, as facts by column.
Standing = Callable[[int, date], dict[str, Any]]
_MORE: dict[str, Standing] = {}


def standing_add(name: str, standing: Standing) -> None:
    """This function lets a room further down the way tell facts that requirements read, from `AppConfig.ready`.

    The function gets a household's id and a day, inside the system's scope.
    """
    _MORE[name] = standing


def household_facts(household_id: int, policy: Policy, *, on: date) -> dict[str, Any]:
    """This function returns a household's facts by column as register and other rooms stand on a day.

    The rooms are read by the system: whoever looks, the same household meets the same.
    """
    window = policy.windows.get("steady_income")
    months = window.value.months if window is not None else 0
    with acting_as(SYSTEM):
        facts = household_standing(SYSTEM, household_id, on, steady_months=months)
        for standing in _MORE.values():
            facts |= standing(household_id, on)
    return facts


def household_requirements(
    household_id: int, policy: Policy, *, decides: str, on: date, way: str | None = None
) -> list[Requirement]:
    """This function returns the requirements of a decision for a household as everything stands on a day.

    Those of one `way` of removal (HELP, SELF) are asked where it is that way.
    """
    facts = household_facts(household_id, policy, on=on)
    return requirements_judge(policy, decides=decides, facts=facts, on=on, way=way)


def requirements_of(case: Case, move: Move, *, on: date) -> list[Requirement]:
    """This function returns what a move requires of a case's household on a day; nothing where it requires nothing."""
    if move.holds is None:
        return []
    way = _way(case) if case.is_removal else None
    policy = policy_for_case(case, on=on)
    found = household_requirements(case.household_id, policy, decides=move.holds, on=on, way=way)
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
    return REMOVAL_WAYS[_way(case)]


def _way(case: Case) -> str:
    opened = CaseEvent.objects.filter(case=case, what=CaseEvent.What.OPENED).earliest("pk")
    return str(opened.data["way"])
