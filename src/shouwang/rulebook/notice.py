"""Notice: how long a decision hangs out in the village and what it never shows."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model

UNITS = ("working_day", "calendar_day")
Hidden = Literal["identifiers", "phone", "account", "health", "cause"]


class Notice(Model):
    """One notice: at least so many days (of the entry's unit), without the fields named."""

    days: int = Field(ge=1, le=365)
    hides: tuple[Hidden, ...] = Field(min_length=1)


def _read(entry: Entry) -> Notice:
    return Notice.model_validate(entry.value)


TOPIC = Topic("notice", "公示", _read, units=UNITS)
