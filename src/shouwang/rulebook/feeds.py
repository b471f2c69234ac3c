"""Feeds: which departments must deliver data and how old it may be before "no warning" says nothing."""

from __future__ import annotations

from pydantic import Field

from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Text


class Feed(Model):
    """One expected delivery; `kind` empty means any kind of that department."""

    department: Text
    kind: str = ""
    max_age_days: int = Field(ge=1, le=3660)


def _read(entry: Entry) -> Feed:
    return Feed.model_validate(entry.value)


TOPIC = Topic("feeds", "部门数据时效", _read)
