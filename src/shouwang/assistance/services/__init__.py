"""Writes of assistance. Refusals are in `assistance.errors`."""

from shouwang.assistance.errors import (
    ConfirmationUnclear,
    DeliveryDay,
    MeasureNotFound,
    MeasureSettled,
    MeasureStale,
    NotDelivered,
    NotInHelp,
    NotYetDelivered,
    OfferNotInForce,
    OffersClash,
    OverCap,
    ProviderUnknown,
    ReasonMissing,
)
from shouwang.assistance.services.confirming import CONFIRMERS, Said, measure_confirm, proofs_add
from shouwang.assistance.services.counting import primary_choose
from shouwang.assistance.services.delivering import Delivery, help_complete, may_deliver, measure_deliver
from shouwang.assistance.services.planning import Plan, measure_cancel, measure_plan

__all__ = [
    "CONFIRMERS",
    "ConfirmationUnclear",
    "Delivery",
    "DeliveryDay",
    "MeasureNotFound",
    "MeasureSettled",
    "MeasureStale",
    "NotDelivered",
    "NotInHelp",
    "NotYetDelivered",
    "OfferNotInForce",
    "OffersClash",
    "OverCap",
    "Plan",
    "ProviderUnknown",
    "ReasonMissing",
    "Said",
    "help_complete",
    "may_deliver",
    "measure_cancel",
    "measure_confirm",
    "measure_deliver",
    "measure_plan",
    "primary_choose",
    "proofs_add",
]
