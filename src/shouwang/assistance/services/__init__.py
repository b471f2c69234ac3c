"""Writes of assistance. Refusals are in `assistance.errors`."""

from shouwang.assistance.errors import (
    DeliveryDay,
    MeasureNotFound,
    MeasureSettled,
    MeasureStale,
    NotInHelp,
    NotYetDelivered,
    ProviderUnknown,
    ReasonMissing,
)
from shouwang.assistance.services.delivering import Delivery, help_complete, may_deliver, measure_deliver
from shouwang.assistance.services.planning import Plan, measure_cancel, measure_plan

__all__ = [
    "Delivery",
    "DeliveryDay",
    "MeasureNotFound",
    "MeasureSettled",
    "MeasureStale",
    "NotInHelp",
    "NotYetDelivered",
    "Plan",
    "ProviderUnknown",
    "ReasonMissing",
    "help_complete",
    "may_deliver",
    "measure_cancel",
    "measure_deliver",
    "measure_plan",
]
