"""Public: what people may hand in themselves, which desk answers, in how many days, until when.

Four blocks have a meaning: `application`, `appeal`, `objection`, `withdrawal`; without its block a matter is not taken.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model

UNITS = ("working_day", "calendar_day")
Desk = Literal["TOWNSHIP", "COUNTY_CENTRE"]


class Matter(Model):
    """One matter: the desk that answers within `days` (of the entry's unit, the first not counted).

    `within` is how many calendar days after what it is about it may be handed in (None: no end); `unnamed` lets people
    keep their name to themselves; `leads_back` says which objections take a case back at once. `times` is how many
    appeals may follow one another about one application, each against a refusal of its own.
    """

    LATER: ClassVar[frozenset[str]] = frozenset({"times"})

    by: Desk
    days: int = Field(ge=1, le=365)
    within: int | None = Field(default=None, ge=1, le=3660)
    unnamed: bool = False
    leads_back: Literal["all", "named", "none"] = "none"
    times: int = Field(default=1, ge=1, le=9)


def _read(entry: Entry) -> Matter:
    return Matter.model_validate(entry.value)


TOPIC = Topic("public", "群众申请和申诉", _read, units=UNITS)
