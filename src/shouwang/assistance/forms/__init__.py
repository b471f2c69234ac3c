"""Forms of assistance."""

from shouwang.assistance.forms.entitlements import ChangeForm, FileForm, StartForm
from shouwang.assistance.forms.measures import ConfirmForm, DeliveryForm, PlanForm, ProviderChoice

__all__ = [
    "ChangeForm",
    "ConfirmForm",
    "DeliveryForm",
    "FileForm",
    "PlanForm",
    "ProviderChoice",
    "StartForm",
]
