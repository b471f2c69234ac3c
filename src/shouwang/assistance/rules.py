"""Pure rules of help."""

from __future__ import annotations

from shouwang.people.access import Kind

# Which figure of a delivery task carries a benefit of each unit.
FIGURE_OF_UNIT = {"ONCE": "delivered_fen", "MONTHLY": "allowance_fen", "DAILY": "wage_fen"}
PROVIDER_KINDS = (Kind.DEPARTMENT, Kind.TOWNSHIP, Kind.INSURER)


def standing_of(kind: Kind | None) -> str:
    """This function tells whose money a provider's benefit is: ours only when the county centre itself pays."""
    return "PAID_BY_US" if kind is Kind.COUNTY_CENTRE else "REPORTED"
