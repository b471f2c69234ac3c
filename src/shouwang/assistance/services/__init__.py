"""Writes of assistance. Refusals are in `assistance.errors`."""

from shouwang.assistance.errors import (
    ConfirmationUnclear,
    ConfirmedTooEarly,
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
from shouwang.assistance.rules.contacts import (
    AlreadyEnded,
    AlreadyStanding,
    CadreMissing,
    CadreUnknown,
    ContactNotFound,
    ContactRefusal,
    DayAhead,
    DayBefore,
    FilledByOthers,
    FoundMissing,
    KindUnknown,
    NobodyMet,
    NotForHousehold,
    PurposeMissing,
    ReasonNeeded,
    TooManyHouseholds,
    TooManyRows,
    VisitedAlready,
)
from shouwang.assistance.services.allotting import (
    Arrival,
    NotYetPaid,
    Payee,
    allotment_cancel,
    allotment_deliver,
    allotment_make,
    allotment_pay,
)
from shouwang.assistance.services.cadres import Cadre
from shouwang.assistance.services.confirming import (
    CONFIRMERS,
    Said,
    measure_confirm,
    measure_confirm_online,
    proofs_add,
)
from shouwang.assistance.services.contacts import (
    contact_begin,
    contact_end,
    contact_hand_over,
    contacts_left,
    contacts_move,
)
from shouwang.assistance.services.counting import primary_choose
from shouwang.assistance.services.delivering import Delivery, help_complete, may_deliver, measure_deliver
from shouwang.assistance.services.entitling import (
    FOLLOWS,
    Start,
    entitlement_change,
    entitlement_payee_change,
    entitlement_start,
)
from shouwang.assistance.services.exporting import counts_export
from shouwang.assistance.services.needs import Lack, need_state, need_withdraw
from shouwang.assistance.services.permitting import RUNNERS
from shouwang.assistance.services.planning import Plan, measure_cancel, measure_plan
from shouwang.assistance.services.pledges import Promise, pledge_close, pledge_make, pledge_receive
from shouwang.assistance.services.receiving import allotment_confirm
from shouwang.assistance.services.requesting import month_request
from shouwang.assistance.services.running import Ran, entitlements_run
from shouwang.assistance.services.settling import entitlement_finding_settle
from shouwang.assistance.services.sevens import sevens_export, slot_empty, slot_fill
from shouwang.assistance.services.taking import TakenFile, entitlements_take
from shouwang.assistance.services.thanking import thanks_make, thanks_print
from shouwang.assistance.services.verifying import entitlements_verify
from shouwang.assistance.services.visits import Seen, may_log, visit_log
from shouwang.assistance.services.working import month_execute, months_resume

__all__ = [
    "CONFIRMERS",
    "FOLLOWS",
    "RUNNERS",
    "AlreadyEnded",
    "AlreadyStanding",
    "Arrival",
    "Cadre",
    "CadreMissing",
    "CadreUnknown",
    "ConfirmationUnclear",
    "ConfirmedTooEarly",
    "ContactNotFound",
    "ContactRefusal",
    "DayAhead",
    "DayBefore",
    "Delivery",
    "DeliveryDay",
    "FilledByOthers",
    "FoundMissing",
    "KindUnknown",
    "Lack",
    "MeasureNotFound",
    "MeasureSettled",
    "MeasureStale",
    "NobodyMet",
    "NotDelivered",
    "NotForHousehold",
    "NotInHelp",
    "NotYetDelivered",
    "NotYetPaid",
    "OfferNotInForce",
    "OffersClash",
    "OverCap",
    "Payee",
    "Plan",
    "Promise",
    "ProviderUnknown",
    "PurposeMissing",
    "Ran",
    "ReasonMissing",
    "ReasonNeeded",
    "Said",
    "Seen",
    "Start",
    "TakenFile",
    "TooManyHouseholds",
    "TooManyRows",
    "VisitedAlready",
    "allotment_cancel",
    "allotment_confirm",
    "allotment_deliver",
    "allotment_make",
    "allotment_pay",
    "contact_begin",
    "contact_end",
    "contact_hand_over",
    "contacts_left",
    "contacts_move",
    "counts_export",
    "entitlement_change",
    "entitlement_finding_settle",
    "entitlement_payee_change",
    "entitlement_start",
    "entitlements_run",
    "entitlements_take",
    "entitlements_verify",
    "help_complete",
    "may_deliver",
    "may_log",
    "measure_cancel",
    "measure_confirm",
    "measure_confirm_online",
    "measure_deliver",
    "measure_plan",
    "month_execute",
    "month_request",
    "months_resume",
    "need_state",
    "need_withdraw",
    "pledge_close",
    "pledge_make",
    "pledge_receive",
    "primary_choose",
    "proofs_add",
    "sevens_export",
    "slot_empty",
    "slot_fill",
    "thanks_make",
    "thanks_print",
    "visit_log",
]
