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
from shouwang.assistance.forms.entitlements import ChangeForm, FileForm, PayeeForm, SettleForm, StartForm
from shouwang.assistance.forms.giving import (
    AllotForm,
    AmountForm,
    ArrivalForm,
    NeedForm,
    PayForm,
    PledgeForm,
    ReceiveForm,
    WhyForm,
)
from shouwang.assistance.forms.measures import ConfirmForm, DeliveryForm, PlanForm, ProviderChoice

__all__ = [
    "AllotForm",
    "AmountForm",
    "ArrivalForm",
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
    "NeedForm",
    "PayForm",
    "PayeeForm",
    "PlanForm",
    "PledgeForm",
    "ProviderChoice",
    "ReceiveForm",
    "SettleForm",
    "StartForm",
    "VisitForm",
    "WhyForm",
]
