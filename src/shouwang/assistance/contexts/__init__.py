"""What the pages of assistance show."""

from shouwang.assistance.contexts.measures import AidsPage, DeliverPage, MeasureRow, PlanPage

__all__ = ["AidsPage", "DeliverPage", "MeasureRow", "PlanPage"]
