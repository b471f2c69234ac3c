"""What the pages of assistance show."""

from shouwang.assistance.contexts.measures import (
    AidsPage,
    ConfirmPage,
    DeliverPage,
    HelpDeskPage,
    HelpPart,
    MeasureRow,
    PlanPage,
)

__all__ = ["AidsPage", "ConfirmPage", "DeliverPage", "HelpDeskPage", "HelpPart", "MeasureRow", "PlanPage"]
