"""What the register says of one household on a day, as declared facts: the columns of `household_facts`, told live.

The engine computes the same from a snapshot, in bulk; a test holds both to each other.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from shouwang.people.access import Viewer
from shouwang.register.models import Income, Membership, PersonState
from shouwang.register.rules import IncomeAmount, net_income
from shouwang.register.selectors.facts import state_on
from shouwang.register.selectors.people import household_get
from shouwang.register.selectors.scope import holding, of_household

STATED = (
    "poverty_status", "is_exit_unstable", "is_low_income", "watch_type", "identified_date", "removed_date",
    "is_without_labour", "housing_safe", "water_safe",
)  # fmt: skip


def household_standing(viewer: Viewer, household_id: int, on: date) -> dict[str, Any]:
    """This function returns facts of a household on a day by column; None is unknown, members who do not say are not
    counted. Raises HouseholdNotFound.
    """
    home = household_get(viewer, household_id)
    state = state_on(viewer, household_id, on)
    living = Q(person__merged_into__isnull=True) & (Q(person__died_on__isnull=True) | Q(person__died_on__gt=on))
    members = of_household(Membership.objects.filter(holding(on), living, household_id=household_id), viewer)
    people = list(members.values_list("person_id", flat=True))
    states = PersonState.objects.filter(holding(on), person_id__in=people)
    incomes = of_household(Income.objects.filter(household_id=household_id, superseded_at__isnull=True), viewer)
    net = net_income([IncomeAmount(row.month, row.kind, row.amount_fen) for row in incomes], on=on, members=len(people))
    return {
        "village_code": home.slot,
        **{key: getattr(state, key, None) for key in STATED},
        "member_count": len(people),
        "uninsured_count": states.filter(is_medically_insured=False).count(),
        "dropout_count": states.filter(has_dropped_out=True).count(),
        "net_income_fen": net.net_fen,
    }
