"""Forms of assistance."""

from shouwang.assistance.forms.measures import ConfirmForm, DeliveryForm, PlanForm, ProviderChoice

__all__ = ["ConfirmForm", "DeliveryForm", "PlanForm", "ProviderChoice"]
