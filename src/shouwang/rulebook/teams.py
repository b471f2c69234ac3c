"""Teams: to which villages, settlements and townships people are sent, whom, and how many."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Text

SENT = {
    "TEAM": "工作队",
    "NEIGHBOUR_TEAM": "邻近村工作队兼顾",
    "BRANCH_LEADERS": "党组织领导班子",
    "FIRST_SECRETARY": "第一书记",
    "BY_NEED": "由各地根据实际选派",
}


class Team(Model):
    """Who is sent where the condition over area facts holds; `people` null: as many as needed.

    Several may hold for one area: the text that names the classes does not say which comes first.
    """

    level: Literal["village", "township"]
    when: Text
    sends: Literal["TEAM", "NEIGHBOUR_TEAM", "BRANCH_LEADERS", "FIRST_SECRETARY", "BY_NEED"]
    people: int | None = Field(default=None, ge=1, le=100)


def _read(entry: Entry) -> Team:
    return Team.model_validate(entry.value)


TOPIC = Topic("teams", "驻村选派", _read)
