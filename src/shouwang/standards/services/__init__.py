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
from shouwang.standards.services.amending import NothingChanged, StartPassed, amendment_propose

__all__ = [
    "AdoptionBySamePerson",
    "AdoptionTooLate",
    "AlreadySettled",
    "AreaNotYours",
    "NothingChanged",
    "ReasonMissing",
    "StartPassed",
    "amendment_propose",
    "pack_load",
    "version_adopt",
    "version_decline",
    "version_propose",
]
