"""Pure rules of measures."""

from __future__ import annotations

from collections.abc import Iterable

from shouwang.people.access import Kind
from shouwang.rulebook.measures import Offer

# Which figure of a delivery task carries a benefit of each unit.
FIGURE_OF_UNIT = {"ONCE": "delivered_fen", "MONTHLY": "allowance_fen", "DAILY": "wage_fen"}
PROVIDER_KINDS = (Kind.DEPARTMENT, Kind.TOWNSHIP, Kind.INSURER)


def standing_of(kind: Kind | None) -> str:
    """This function tells whose money a provider's benefit is: ours only when the county centre itself pays."""
    return "PAID_BY_US" if kind is Kind.COUNTY_CENTRE else "REPORTED"


def measure_suggested(offers: Iterable[Offer], *, kind: Kind, department: str) -> str:
    """This function returns the kind of measure that a provider mostly gives: that of the first offer of the policy
    which names the department among its providers; empty when none does.
    """
    if kind is not Kind.DEPARTMENT:
        return ""
    return next((offer.kinds[0].value for offer in offers if department in offer.providers), "")
