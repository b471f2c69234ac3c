"""Clocks: for which reasons a clock may be paused, by whom and how long; to whom what is late is taken up.

A `clocks.yaml` holds blocks of three shapes, told apart by the one key their value has: `pause` (a reason), `limit`
(all pauses of one case together) and `escalate` (the steps up for one kind of organisation). All count calendar days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from shouwang.rulebook.errors import PackError
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Provision

if TYPE_CHECKING:
    from shouwang.rulebook.policy import Policy

Pauser = Literal["VILLAGE", "TOWNSHIP", "COUNTY_CENTRE", "LEADING_GROUP"]
Holder = Literal["VILLAGE", "TOWNSHIP", "COUNTY_CENTRE", "LEADING_GROUP", "DEPARTMENT", "INSURER"]
Above = Literal["TOWNSHIP", "COUNTY_CENTRE", "LEADING_GROUP", "CITY_CENTRE", "PROVINCE"]
# How high each kind stands; what is late goes up, never down or sideways to the same kind.
HEIGHTS = {
    "VILLAGE": 1, "TOWNSHIP": 2, "DEPARTMENT": 2, "INSURER": 2, "COUNTY_CENTRE": 3, "LEADING_GROUP": 4,
    "CITY_CENTRE": 5, "PROVINCE": 6,
}  # fmt: skip


class Pause(Model):
    """One reason to pause: which organisations may give it, and for how many days at a time.

    `total`: the clock over the whole procedure stands still with it, not that of the stage alone.
    """

    by: tuple[Pauser, ...] = Field(min_length=1)
    days: int = Field(ge=1, le=365)
    total: bool = False

    def __str__(self) -> str:
        return f"一次最多 {self.days} 天" + ("，全程期限一起顺延" if self.total else "")


class Limit(Model):
    """How many days all pauses of one case may last together."""

    limit: int = Field(ge=1, le=3660)

    def __str__(self) -> str:
        return f"{self.limit} 天"


class Step(Model):
    """One step up: to the organisation of this kind that answers for the place, when late by so many days."""

    to: Above
    after: int = Field(ge=1, le=365)


class Escalate(Model):
    """Where what one kind of organisation is late with is taken, step by step."""

    kind: Holder
    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _upwards(self) -> Escalate:
        heights = [HEIGHTS[self.kind], *(HEIGHTS[step.to] for step in self.steps)]
        if any(higher <= lower for lower, higher in pairwise(heights)):
            raise ValueError("提级要一级比一级高")
        days = [step.after for step in self.steps]
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise ValueError("after（逾期几天提级）要一步比一步晚")
        return self

    def __str__(self) -> str:
        return "、".join(f"逾期 {step.after} 天提一级" for step in self.steps)


class _Pause(Model):
    pause: Pause


class _Escalate(Model):
    escalate: Escalate


SHAPES: dict[str, type[Model]] = {"pause": _Pause, "limit": Limit, "escalate": _Escalate}


def _read(entry: Entry) -> Model:
    value = entry.value
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in SHAPES:
        raise ValueError(f"每个值要写成其中一种：{'、'.join(SHAPES)}")
    shape = next(iter(value))
    found = SHAPES[shape].model_validate(value)
    if isinstance(found, Limit):
        return found
    inner: Model = getattr(found, shape)
    return inner


TOPIC = Topic("clocks", "暂停与提级", _read, units=("calendar_day",))


@dataclass(frozen=True, eq=False)
class Clocks:
    """What `clocks.yaml` says on a day. Without a limit nothing is paused; a kind without steps stays where it is."""

    pauses: Mapping[str, Provision[Pause]]
    limit: int
    escalations: Mapping[str, Escalate]

    def pauses_for(self, kind: str) -> dict[str, Provision[Pause]]:
        """This function returns the reasons that an organisation of a kind may give."""
        return {key: stated for key, stated in self.pauses.items() if self.limit and kind in stated.value.by}

    def steps_due(self, kind: str, *, days_late: int) -> tuple[Step, ...]:
        """This function returns the steps up that something is due for when it is late by so many days."""
        stated = self.escalations.get(kind)
        return tuple(step for step in stated.steps if step.after <= days_late) if stated else ()

    def first_step(self) -> int | None:
        """This function returns after how many days the earliest step of all is due, None when there is none."""
        return min((step.after for stated in self.escalations.values() for step in stated.steps), default=None)


@lru_cache(maxsize=64)
def clocks_of(policy: Policy) -> Clocks:
    """This function returns the clocks of a policy; raises PackError where two blocks speak of the same."""
    blocks: dict[str, Provision[Any]] = dict(policy.topics["clocks"])
    limits = [stated for stated in blocks.values() if isinstance(stated.value, Limit)]
    if len(limits) > 1:
        raise PackError("合计最多暂停多少天（limit）只能写一个", file=limits[1].file, key=limits[1].key)
    escalations: dict[str, Escalate] = {}
    for stated in blocks.values():
        if isinstance(stated.value, Escalate):
            if stated.value.kind in escalations:
                raise PackError(f"“{stated.value.kind}”的提级写了两次", file=stated.file, key=stated.key)
            escalations[stated.value.kind] = stated.value
    pauses = {key: stated for key, stated in blocks.items() if isinstance(stated.value, Pause)}
    return Clocks(pauses, limits[0].value.limit if limits else 0, escalations)
