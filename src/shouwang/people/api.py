"""Phones: made known by whoever is signed in; each asks after itself without signing in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import Strict

from shouwang.people.access import Viewer
from shouwang.people.services import device_add, device_report
from shouwang.people.sessions import SignedIn
from shouwang.ui.fields import Line

router = Router(tags=["phones"])


class DeviceIn(Schema):
    label: Line = Field(max_length=80)


class DeviceOut(Schema):
    device_id: int
    token: str


class DeviceAsks(Schema):
    token: Line = Field(min_length=20, max_length=100)
    is_wiped: Annotated[bool, Strict()] = False


class DeviceTold(Schema):
    state: Literal["live", "locked", "wiped", "unknown"] = Field(description="locked: wipe everything now")
    now: datetime


@router.post("/devices", response=DeviceOut, auth=SignedIn(), url_name="device_add")
def add(request: HttpRequest, said: DeviceIn) -> DeviceOut:
    """Makes the phone known to the account; the token is shown this once."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    device, token = device_add(viewer=viewer, label=said.label, at=timezone.now())
    return DeviceOut(device_id=device.pk, token=token)


@router.post("/device-state", response=DeviceTold, auth=None, url_name="device_state")
def state(request: HttpRequest, said: DeviceAsks) -> DeviceTold:
    """Tells a phone whether it was locked, and notes that it has wiped itself."""
    now = timezone.now()
    return DeviceTold(state=device_report(token=said.token, at=now, is_wiped=said.is_wiped).state, now=now)
