"""What the register says of one household on a day, as declared facts: the columns of `household_facts`, told live.

The engine computes the same from a snapshot, in bulk; a test holds both to each other.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from shouwang.kit.dates import months_add
from shouwang.people.access import Viewer
from shouwang.register.models import Income, Membership, PersonState, Spending
from shouwang.register.rules import IncomeAmount, net_income, steady_income
from shouwang.register.selectors.facts import state_on
from shouwang.register.selectors.people import household_get
from shouwang.register.selectors.scope import holding, of_household

STATED = (
    "poverty_status", "is_exit_unstable", "is_low_income", "watch_type", "identified_date", "removed_date",
    "is_without_labour", "housing_safe", "water_safe",
)  # fmt: skip


def household_standing(viewer: Viewer, household_id: int, on: date, *, steady_months: int = 0) -> dict[str, Any]:
    """This function returns facts of a household on a day by column; None is unknown, members who do not say are not
    counted. `steady_months`: over how many months income is to be steady, 0 where the policy does not say. Raises
    HouseholdNotFound.
    """
    home = household_get(viewer, household_id)
    state = state_on(viewer, household_id, on)
    living = Q(person__merged_into__isnull=True) & (Q(person__died_on__isnull=True) | Q(person__died_on__gt=on))
    members = of_household(Membership.objects.filter(holding(on), living, household_id=household_id), viewer)
    people = list(members.values_list("person_id", flat=True))
    states = PersonState.objects.filter(holding(on), person_id__in=people)
    incomes = of_household(Income.objects.filter(household_id=household_id, superseded_at__isnull=True), viewer)
    rows = [IncomeAmount(row.month, row.kind, row.amount_fen) for row in incomes]
    net = net_income(rows, on=on, members=len(people))
    paid, unpriced = _paid_itself(viewer, household_id, on)
    reference = None if net.net_fen is None else net.net_fen + (net.claims_fen or 0) - paid
    risks = list(getattr(state, "risks", None) or [])
    is_removed = state is not None and state.removed_date is not None and state.removed_date <= on
    return {
        "village_code": home.slot,
        **{key: getattr(state, key, None) for key in STATED},
        "member_count": len(people),
        "uninsured_count": states.filter(is_medically_insured=False).count(),
        "dropout_count": states.filter(has_dropped_out=True).count(),
        "net_income_fen": net.net_fen,
        "claims_income_fen": net.claims_fen or (None if net.net_fen is None else 0),
        "self_paid_all_fen": paid,
        "unpriced_spending_count": unpriced,
        "reference_income_fen": reference,
        "steady_income_fen": steady_income(rows, on=on, months=steady_months) if steady_months else None,
        "risks": risks,
        "open_risks": [] if is_removed else risks,
    }


def _paid_itself(viewer: Viewer, household_id: int, on: date) -> tuple[int, int]:
    """This function returns what a household paid itself in the twelve months up to a day, and the events whose share
    is not known. An unstated share is what the bill leaves after reimbursement.
    """
    since = months_add(on, -12)
    rows = of_household(Spending.objects.filter(household_id=household_id, superseded_at__isnull=True), viewer)
    paid = unpriced = 0
    for own, gross, back in rows.filter(event_date__gt=since, event_date__lte=on).values_list(
        "self_paid_fen", "gross_fen", "reimbursed_fen"
    ):
        if own is not None:
            paid += own
        elif gross is not None and back is not None:
            paid += gross - back
        else:
            unpriced += 1
    return paid, unpriced
