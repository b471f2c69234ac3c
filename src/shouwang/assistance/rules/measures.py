"""Pure rules of measures."""

from __future__ import annotations

from shouwang.kit.codes import Measure
from shouwang.people.access import Kind

# Which figure of a delivery task carries a benefit of each unit.
FIGURE_OF_UNIT = {"ONCE": "delivered_fen", "MONTHLY": "allowance_fen", "DAILY": "wage_fen"}
# What a provider mostly gives, by department or kind of organisation; only a suggestion, which the clerk may change.
MEASURE_OF_PROVIDER = {
    "medical_insurance": Measure.HEALTH, "health": Measure.HEALTH, "civil_affairs": Measure.SAFETY_NET,
    "disabled": Measure.SAFETY_NET, "education": Measure.COMPULSORY_EDUCATION, "labour": Measure.EMPLOYMENT,
    "rural": Measure.INDUSTRY, "housing": Measure.HOUSING, "water": Measure.WATER, "emergency": Measure.SOCIAL,
}  # fmt: skip
PROVIDER_KINDS = (Kind.DEPARTMENT, Kind.TOWNSHIP, Kind.INSURER)


def standing_of(kind: Kind | None) -> str:
    """This function tells whose money a provider's benefit is: ours only when the county centre itself pays."""
    return "PAID_BY_US" if kind is Kind.COUNTY_CENTRE else "REPORTED"


def measure_suggested(*, kind: Kind, department: str) -> str:
    """This function returns the kind of measure that a provider mostly gives, empty when nothing can be said."""
    found = MEASURE_OF_PROVIDER.get(department) if kind is Kind.DEPARTMENT else None
    return found.value if found else ""
