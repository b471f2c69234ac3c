"""Watch: areas that are watched because of what their households are, such as their incidence of poverty."""

from __future__ import annotations

from typing import Literal

from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Text

Level = Literal["village", "township", "county"]


class AreaWatch(Model):
    """Areas of a level are watched while the condition over their area facts holds."""

    level: Level
    when: Text


def _read(entry: Entry) -> AreaWatch:
    return AreaWatch.model_validate(entry.value)


TOPIC = Topic("watch", "区域监测", _read)
