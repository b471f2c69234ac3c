"""Forms of assistance."""

from shouwang.assistance.forms.contacts import (
    CadreForm,
    ContactForm,
    EndForm,
    ExportForm,
    FillingForm,
    HandOverForm,
    VisitForm,
)
from shouwang.assistance.forms.entitlements import ChangeForm, FileForm, StartForm
from shouwang.assistance.forms.measures import ConfirmForm, DeliveryForm, PlanForm, ProviderChoice

__all__ = [
    "CadreForm",
    "ChangeForm",
    "ConfirmForm",
    "ContactForm",
    "DeliveryForm",
    "EndForm",
    "ExportForm",
    "FileForm",
    "FillingForm",
    "HandOverForm",
    "PlanForm",
    "ProviderChoice",
    "StartForm",
    "VisitForm",
]
