"""Writes of the register: one transaction, one audit row, a version check each."""

from shouwang.register.services.bulk import bulk_load
from shouwang.register.services.doubles import persons_merge, persons_unmerge
from shouwang.register.services.facts import fact_correct, fact_object, objection_reject
from shouwang.register.services.households import (
    NewMember,
    Registered,
    head_change,
    household_merge,
    household_register,
    household_split,
)
from shouwang.register.services.identifiers import CorrectedIdentifier, identifier_correct, identifier_show
from shouwang.register.services.moves import household_move, person_die, person_move
from shouwang.register.services.records import (
    IncomeRow,
    NamedRow,
    SpendingRow,
    StatusRow,
    income_record_many,
    named_record_many,
    source_undo,
    spending_record_many,
    status_record_many,
)
from shouwang.register.services.states import household_state_set, household_status_set, person_state_set
from shouwang.register.services.work import conflict_decide, finding_settle

__all__ = [
    "CorrectedIdentifier",
    "IncomeRow",
    "NamedRow",
    "NewMember",
    "Registered",
    "SpendingRow",
    "StatusRow",
    "bulk_load",
    "conflict_decide",
    "fact_correct",
    "fact_object",
    "finding_settle",
    "head_change",
    "household_merge",
    "household_move",
    "household_register",
    "household_split",
    "household_state_set",
    "household_status_set",
    "identifier_correct",
    "identifier_show",
    "income_record_many",
    "named_record_many",
    "objection_reject",
    "person_die",
    "person_move",
    "person_state_set",
    "persons_merge",
    "persons_unmerge",
    "source_undo",
    "spending_record_many",
    "status_record_many",
]
