"""Writes of standards."""

from shouwang.standards.services.adopting import (
    AdoptionBySamePerson,
    AdoptionTooLate,
    AlreadySettled,
    AreaNotYours,
    ReasonMissing,
    pack_load,
    version_adopt,
    version_decline,
    version_propose,
)
from shouwang.standards.services.amending import BasisRevoked, NothingChanged, StartPassed, amendment_propose
from shouwang.standards.services.calendar import CalendarRefused, calendar_record, days_read
from shouwang.standards.services.revoking import (
    AlreadyAsked,
    NotInForce,
    RevocationBySamePerson,
    RevocationNotFound,
    revocation_ask,
    revocation_confirm,
    revocation_drop,
)

__all__ = [
    "AdoptionBySamePerson",
    "AdoptionTooLate",
    "AlreadyAsked",
    "AlreadySettled",
    "AreaNotYours",
    "BasisRevoked",
    "CalendarRefused",
    "NotInForce",
    "NothingChanged",
    "ReasonMissing",
    "RevocationBySamePerson",
    "RevocationNotFound",
    "StartPassed",
    "amendment_propose",
    "calendar_record",
    "days_read",
    "pack_load",
    "revocation_ask",
    "revocation_confirm",
    "revocation_drop",
    "version_adopt",
    "version_decline",
    "version_propose",
]
