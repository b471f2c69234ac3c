"""What removed a risk, by which policy it is judged, and how the conditions of the removal stand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from shouwang.casework.rules import REMOVAL_WAYS
from shouwang.casework.selectors import cases_visible_to, household_facts, household_requirements, policy_for_case
from shouwang.casework.selectors.cases import Case
from shouwang.people.access import SYSTEM, acting_as
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.requirements import Requirement, requirements_judge
from shouwang.standards.selectors import NoPolicyInForce, policy_for

WAY_OF = {word: way for way, word in REMOVAL_WAYS.items()}  # how a risk went, by the register's word for it


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
