"""The tables of the register.

Rows are dated twice: `valid_from`/`valid_to` (half-open; null = still) say when something was so, `recorded_at`/
`superseded_at` since when we knew it and until when we believed it. What is believed now has `superseded_at` null.
"""

from shouwang.register.models.facts import HouseholdState, Income, NamedFact, PersonState, Spending, Status
from shouwang.register.models.imports import BulkLoad, ImportRefusal, RegisterImport
from shouwang.register.models.people import Household, Identifier, IdentifierKind, Membership, Person, Residence
from shouwang.register.models.work import (
    FactObjection,
    Move,
    PersonMerge,
    RegisterFinding,
    RegistrationConflict,
)

__all__ = [
    "BulkLoad",
    "FactObjection",
    "Household",
    "HouseholdState",
    "Identifier",
    "IdentifierKind",
    "ImportRefusal",
    "Income",
    "Membership",
    "Move",
    "NamedFact",
    "Person",
    "PersonMerge",
    "PersonState",
    "RegisterFinding",
    "RegisterImport",
    "RegistrationConflict",
    "Residence",
    "Spending",
    "Status",
]
