"""Types: the kinds of household a policy watches; the first type in order whose condition holds is the household's."""

from __future__ import annotations

from pydantic import Field

from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Text


class HouseholdType(Model):
    """One type: its condition and its place in the order of looking."""

    when: Text
    order: int = Field(default=100, ge=0)


def _read(entry: Entry) -> HouseholdType:
    return HouseholdType.model_validate(entry.value)


TOPIC = Topic("types", "监测对象类型", _read)
