"""Flags: what a person must look at before deciding. A flag never drops a household; `hold` keeps the warning back
with its reason until a person releases it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Key, Model, Text


class Flag(Model):
    """One flag: its condition, what it does, the sentence shown.

    `overrides` are the reasons, by key, for which a person may help although the flag is true; empty: her own words do.
    """

    when: Text
    action: Literal["look", "hold"]
    reason: Text
    overrides: dict[Key, Text] = Field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.model_dump_json())


def _read(entry: Entry) -> Flag:
    return Flag.model_validate(entry.value)


TOPIC = Topic("flags", "需要人工核看的情形", _read)
