"""Forms of the register, one module a matter."""

from shouwang.register.forms.facts import AnswerForm, ConflictForm, CorrectionForm, ObjectionForm, SettlementForm
from shouwang.register.forms.finding import ImportForm, VillageForm
from shouwang.register.forms.households import HeadForm, HouseholdMoveForm, HouseholdNumberForm, MergeForm, SplitForm
from shouwang.register.forms.persons import (
    DeathForm,
    DoubleForm,
    IdentifierForm,
    PersonMoveForm,
    PurposeForm,
    ReasonForm,
)
from shouwang.register.forms.registering import HouseholdForm, MemberForm, MemberRows

__all__ = [
    "AnswerForm",
    "ConflictForm",
    "CorrectionForm",
    "DeathForm",
    "DoubleForm",
    "HeadForm",
    "HouseholdForm",
    "HouseholdMoveForm",
    "HouseholdNumberForm",
    "IdentifierForm",
    "ImportForm",
    "MemberForm",
    "MemberRows",
    "MergeForm",
    "ObjectionForm",
    "PersonMoveForm",
    "PurposeForm",
    "ReasonForm",
    "SettlementForm",
    "SplitForm",
    "VillageForm",
]
