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
from shouwang.assistance.services.entitling import FOLLOWS, Start, entitlement_change, entitlement_start
from shouwang.assistance.services.exporting import counts_export
from shouwang.assistance.services.planning import Plan, measure_cancel, measure_plan
from shouwang.assistance.services.running import (
    RUNNERS,
    Ran,
    entitlement_finding_settle,
    entitlements_run,
    entitlements_verify,
)
from shouwang.assistance.services.taking import TakenFile, entitlements_take

__all__ = [
    "CONFIRMERS",
    "FOLLOWS",
    "RUNNERS",
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
    "Ran",
    "ReasonMissing",
    "Said",
    "Start",
    "TakenFile",
    "counts_export",
    "entitlement_change",
    "entitlement_finding_settle",
    "entitlement_start",
    "entitlements_run",
    "entitlements_take",
    "entitlements_verify",
    "help_complete",
    "may_deliver",
    "measure_cancel",
    "measure_confirm",
    "measure_deliver",
    "measure_plan",
    "primary_choose",
    "proofs_add",
]
