"""Reads of phones."""

from __future__ import annotations

from django.db.models import QuerySet

from shouwang.people.access import Viewer
from shouwang.people.models import Device
from shouwang.people.selectors.users import user_under


def devices_of(user_id: int) -> QuerySet[Device]:
    """This function returns an account's phones, the last one seen first."""
    return Device.objects.filter(user_id=user_id).order_by("-seen_at", "-pk")


def device_own(viewer: Viewer, device_id: int) -> Device | None:
    """This function returns a phone of the viewer's own, or None."""
    return Device.objects.filter(pk=device_id, user_id=viewer.user_id or 0).first()


def device_under(viewer: Viewer, device_id: int) -> Device | None:
    """This function returns a phone of somebody in the viewer's areas, or None."""
    device = Device.objects.filter(pk=device_id).first()
    return device if device is not None and user_under(viewer, device.user_id) is not None else None
