"""Appending to the log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Entry:
    """What was done to one subject; `slot` None: it belongs to the place of who acts."""

    action: str
    subject_type: str
    subject_id: int
    slot: int | None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


# Plain SQL without RETURNING: whoever writes an entry may as a rule not read it back.
_INSERT = (
    "insert into audit_entry (at, county, slot, place_code, user_id, appointment_id, organisation_id, actor,"
    " action, subject_type, subject_id, purpose, before, after) values "
)
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


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
    entry = Entry(action, subject_type, subject_id, slot, before, after)
    entries_append(viewer=viewer, entries=[entry], at=at, purpose=purpose, using=using)


def entries_append(
    *, viewer: Actor, entries: Sequence[Entry], at: datetime, purpose: str = "", using: str = "default"
) -> None:
    """This function appends entries of one act on many subjects, in the caller's transaction, as `entry_append`."""
    if not entries:
        return
    values = [value for entry in entries for value in _values(viewer, entry, at=at, purpose=purpose)]
    with connections[using].cursor() as cursor:
        cursor.execute(_INSERT + ", ".join([_ROW] * len(entries)), values)


def _values(viewer: Actor, entry: Entry, *, at: datetime, purpose: str) -> list[Any]:
    place = entry.slot if entry.slot is not None else _home(viewer)
    return [
        at,
        place // 1_000_000 if place else 0,
        place,
        place,
        viewer.user_id,
        viewer.appointment_id,
        viewer.organisation_id,
        viewer.label[:200],
        entry.action,
        entry.subject_type,
        entry.subject_id,
        purpose[:200],
        _json(entry.before),
        _json(entry.after),
    ]


def _home(viewer: Actor) -> int | None:
    """This function returns the first place of who acts; null for those who act for no place or everywhere."""
    ranges = getattr(viewer, "ranges", ())
    return (ranges[0][0] or None) if ranges else None
