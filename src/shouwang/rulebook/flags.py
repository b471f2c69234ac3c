"""Flags: what a person must look at before deciding. A flag never drops a household; `hold` keeps the warning back
with its reason until a person releases it."""

from __future__ import annotations

from typing import Literal

from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Text


class Flag(Model):
    """One flag: its condition, what it does, the sentence shown."""

    when: Text
    action: Literal["look", "hold"]
    reason: Text


def _read(entry: Entry) -> Flag:
    return Flag.model_validate(entry.value)


TOPIC = Topic("flags", "需要人工核看的情形", _read)
