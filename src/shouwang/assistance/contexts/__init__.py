"""What the pages of assistance show."""

from shouwang.assistance.contexts.entitlements import (
    EntitlementPage,
    EntitlementsPage,
    FilePage,
    FindingLine,
    MonthLine,
    StartPage,
)
from shouwang.assistance.contexts.measures import (
    AidsPage,
    ConfirmPage,
    CountsPage,
    DeliverPage,
    HelpDeskPage,
    HelpPart,
    MeasureRow,
    PlanPage,
)

__all__ = [
    "AidsPage",
    "ConfirmPage",
    "CountsPage",
    "DeliverPage",
    "EntitlementPage",
    "EntitlementsPage",
    "FilePage",
    "FindingLine",
    "HelpDeskPage",
    "HelpPart",
    "MeasureRow",
    "MonthLine",
    "PlanPage",
    "StartPage",
]
