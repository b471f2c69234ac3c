"""Appending to the log."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections


class Actor(Protocol):
    """Who acts; `people.access.Viewer` is one."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def appointment_id(self) -> int | None: ...
    @property
    def organisation_id(self) -> int | None: ...
    @property
    def label(self) -> str: ...


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)


def entry_append(
    *,
    viewer: Actor,
    action: str,
    subject_type: str,
    subject_id: int,
    slot: int | None,
    at: datetime,
    purpose: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    using: str = "default",
) -> None:
    """This function appends one entry in the caller's transaction.

    Without a slot it belongs to the place of who acts. `before` and `after` must hold references and values that are
    not personal data; sealed text is allowed as hex.
    """
    place = slot if slot is not None else _home(viewer)
    # Plain SQL without RETURNING: whoever writes an entry may as a rule not read it back.
    with connections[using].cursor() as cursor:
        cursor.execute(
            "insert into audit_entry (at, county, slot, place_code, user_id, appointment_id, organisation_id, actor,"
            " action, subject_type, subject_id, purpose, before, after)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                at,
                place // 1_000_000 if place else 0,
                place,
                place,
                viewer.user_id,
                viewer.appointment_id,
                viewer.organisation_id,
                viewer.label[:200],
                action,
                subject_type,
                subject_id,
                purpose[:200],
                _json(before),
                _json(after),
            ],
        )


def _home(viewer: Actor) -> int | None:
    """This function returns the first place of who acts; null for those who act for no place or everywhere."""
    ranges = getattr(viewer, "ranges", ())
    return (ranges[0][0] or None) if ranges else None
