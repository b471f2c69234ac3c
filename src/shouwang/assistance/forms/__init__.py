"""Forms of assistance."""

from shouwang.assistance.forms.measures import DeliveryForm, PlanForm, ProviderChoice

__all__ = ["DeliveryForm", "PlanForm", "ProviderChoice"]
