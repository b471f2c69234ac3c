"""Tables of assistance."""

from shouwang.assistance.models.contacts import Contact, ContactVisit, Filling
from shouwang.assistance.models.entitlements import (
    Entitlement,
    EntitlementChange,
    EntitlementFinding,
    EntitlementMonth,
    EntitlementPayee,
    MonthRun,
    MonthWork,
)
from shouwang.assistance.models.giving import Allotment, GiftConfirmation, Need, Pledge, Thanks
from shouwang.assistance.models.measures import Aid, Confirmation, Measure, Primary, Proof

__all__ = [
    "Aid",
    "Allotment",
    "Confirmation",
    "Contact",
    "ContactVisit",
    "Entitlement",
    "EntitlementChange",
    "EntitlementFinding",
    "EntitlementMonth",
    "EntitlementPayee",
    "Filling",
    "GiftConfirmation",
    "Measure",
    "MonthRun",
    "MonthWork",
    "Need",
    "Pledge",
    "Primary",
    "Proof",
    "Thanks",
]
