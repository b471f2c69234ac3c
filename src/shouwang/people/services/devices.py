"""Phones that keep forms without a signal: known by a token, locked when lost, wiped at the next contact."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import connection, transaction

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.people.access import NOBODY, Viewer
from shouwang.people.models import Device
from shouwang.people.services.users import token_digest

TOKEN_BYTES = 32
LABEL_LENGTH = 80


class DeviceLocked(Refusal):
    """The phone was reported lost; what it holds is wiped."""

    sentence = "这部手机已被锁定，存在上面的内容会清空。要继续用，请找县里的管理员。"


class DeviceGone(Refusal):
    """There is no such phone, or it is none of the viewer's."""

    is_absent = True
    sentence = "找不到这部手机。"


@dataclass(frozen=True)
class DeviceState:
    """What a phone learns of itself: live, locked, wiped or unknown."""

    device_id: int | None
    state: Literal["live", "locked", "wiped", "unknown"]

    @property
    def must_wipe(self) -> bool:
        return self.state == "locked"


def device_add(*, viewer: Viewer, label: str, at: datetime) -> tuple[Device, str]:
    """This function makes a phone known to its user's account and returns it with its token, which is kept nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    device = Device.objects.create(
        user_id=viewer.user_id or 0, token_digest=token_digest(token), label=label.strip()[:LABEL_LENGTH] or "手机",
        added_at=at, seen_at=at,
    )  # fmt: skip
    _log(viewer, "device.add", device.pk, at)
    return device, token


def device_report(*, token: str, at: datetime, is_wiped: bool = False) -> DeviceState:
    """This function tells a phone how it stands, before anybody has signed in, and notes that it was here.

    `is_wiped`: it says that it holds nothing any more.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "select device_id, state, is_news from people_device_report(%s, %s, %s)",
                [token_digest(token), at, is_wiped],
            )
            found = cursor.fetchone()
        if found is None:
            return DeviceState(None, "unknown")
        if found[2]:
            _log(NOBODY, "device.wipe", found[0], at)
    return DeviceState(found[0], found[1])


def device_lock(*, viewer: Viewer, device: Device, at: datetime, reason: str) -> None:
    """This function locks a lost phone: it sends nothing more, and wipes itself when it next meets the server."""
    with transaction.atomic():
        row = Device.objects.select_for_update().filter(pk=device.pk).first()
        if row is None:
            raise DeviceGone
        if row.locked_at is not None:
            return
        row.locked_at, row.locked_by = at, viewer.label[:200]
        row.save(update_fields=["locked_at", "locked_by"])
        _log(viewer, "device.lock", row.pk, at, purpose=reason)


def _log(viewer: Viewer, action: str, device_id: int, at: datetime, *, purpose: str = "") -> None:
    entry_append(
        viewer=viewer, action=action, subject_type="people.Device", subject_id=device_id, slot=None, at=at,
        purpose=purpose,
    )  # fmt: skip
