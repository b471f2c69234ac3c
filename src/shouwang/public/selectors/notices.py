"""Notices that hang now, with every name masked; read through a function of the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from shouwang.kit.masks import name_mask
from shouwang.people.access import NOBODY, acting_as

NAMED = frozenset({"户主"})  # the lines of a sheet that hold a name


@dataclass(frozen=True)
class PublicNotice:
    """One sheet as everybody may read it; `slot` is its village."""

    id: int
    slot: int
    name: str
    lines: tuple[tuple[str, str], ...]
    posted_on: date
    ends_on: date
    place: str


def notices_hanging(*, lo: int, hi: int, on: date) -> list[PublicNotice]:
    """This function returns the notices that hang in a range of villages on a day, those that end first on top."""
    with acting_as(NOBODY), connection.cursor() as cursor:
        cursor.execute("select * from public_notices(%s, %s, %s)", [lo, hi, on])
        rows = cursor.fetchall()
    return [
        PublicNotice(pk, slot, name, _masked(shown), posted_on, ends_on, place)
        for pk, slot, name, shown, posted_on, ends_on, place in rows
    ]


def _masked(shown: Any) -> tuple[tuple[str, str], ...]:
    lines = json.loads(shown) if isinstance(shown, str) else shown
    return tuple((label, name_mask(text) if label in NAMED else text) for label, text in lines)
