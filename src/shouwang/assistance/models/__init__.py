"""Tables of assistance."""

from shouwang.assistance.models.entitlements import (
    Entitlement,
    EntitlementChange,
    EntitlementFinding,
    EntitlementMonth,
    MonthRun,
)
from shouwang.assistance.models.measures import Aid, Confirmation, Measure, Primary, Proof

__all__ = [
    "Aid",
    "Confirmation",
    "Entitlement",
    "EntitlementChange",
    "EntitlementFinding",
    "EntitlementMonth",
    "Measure",
    "MonthRun",
    "Primary",
    "Proof",
]
