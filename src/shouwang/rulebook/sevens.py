"""Sevens: what every household of some groups has (a cadre, a doctor …), and from how many sources it earns.

A `sevens.yaml` holds blocks of two shapes, told apart by the one key their value has: `slot` (one thing to have, and
what fills it) and `sources` (how many kinds of income, of which kinds).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from shouwang.kit.codes import IncomeKind
from shouwang.rulebook.errors import PackError
from shouwang.rulebook.groups import Group
from shouwang.rulebook.lines import Measure
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Key, Model, Provision, Text

if TYPE_CHECKING:
    from shouwang.rulebook.policy import Policy

Fills = Literal["PERSON", "BUSINESS", "POLICY", "LINK"]
FILLS = {"PERSON": "一个人", "BUSINESS": "一个单位或商户", "POLICY": "一项政策或保险", "LINK": "一项利益联结"}


class Slot(Model):
    """One thing that a household has, and what fills it.

    `contact` names the kind of contact whose standing row fills it, `statuses` the statuses of the register that do:
    what the state knows is asked of nobody again. `asks` is what stands beside the name on the form (what she does).
    """

    fills: Fills
    whom: tuple[Group, ...] = Field(min_length=1)
    asks: Text = "做什么"
    contact: Key | None = None
    statuses: tuple[Text, ...] = ()

    def __str__(self) -> str:
        return FILLS[self.fills]


class Sources(Model):
    """From how many of these kinds a household earns at least; `at_least` names an amount of the pack."""

    whom: tuple[Group, ...] = Field(min_length=1)
    kinds: tuple[IncomeKind, ...] = Field(min_length=1)
    at_least: Key

    def __str__(self) -> str:
        return "、".join(kind.label for kind in self.kinds)


class _Slot(Model):
    slot: Slot


class _Sources(Model):
    sources: Sources


SHAPES: dict[str, type[Model]] = {"slot": _Slot, "sources": _Sources}


def _read(entry: Entry) -> Model:
    value = entry.value
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in SHAPES:
        raise ValueError(f"每个值要写成其中一种：{'、'.join(SHAPES)}")
    shape = next(iter(value))
    inner: Model = getattr(SHAPES[shape].model_validate(value), shape)
    return inner


TOPIC = Topic("sevens", "几个一", _read, is_later=True)


@dataclass(frozen=True, eq=False)
class SevensPolicy:
    """What `sevens.yaml` says on a day: the slots in order, the rule of sources and how many it asks for (or None)."""

    slots: Sequence[Provision[Slot]]
    sources: Provision[Sources] | None
    at_least: int | None

    def slots_for(self, group: str) -> list[Provision[Slot]]:
        """This function returns the slots that a household of a group has to have."""
        return [stated for stated in self.slots if group in stated.value.whom]

    def has_for(self, group: str) -> bool:
        """This function tells whether anything is asked for a household of a group."""
        return bool(self.slots_for(group)) or self.asks_sources(group)

    def asks_sources(self, group: str) -> bool:
        """This function tells whether the rule of sources is for a household of a group."""
        return self.sources is not None and group in self.sources.value.whom

    @property
    def groups(self) -> frozenset[str]:
        """Every group that something is asked for."""
        found = {group for stated in self.slots for group in stated.value.whom}
        return frozenset(found | set(self.sources.value.whom if self.sources else ()))


@lru_cache(maxsize=64)
def sevens_of(policy: Policy) -> SevensPolicy:
    """This function returns what every household has to have under a policy; raises PackError on a broken reference."""
    blocks: Mapping[str, Provision[Any]] = policy.topic("sevens")
    slots = [stated for stated in blocks.values() if isinstance(stated.value, Slot)]
    sources = [stated for stated in blocks.values() if isinstance(stated.value, Sources)]
    for stated in slots:
        named = stated.value.contact
        if named is not None and named not in policy.topic("contacts"):
            raise PackError(f"没有“{named}”这种一对一联系", file=stated.file, key=f"{stated.key}.contact")
    if len(sources) > 1:
        raise PackError("收入来源的要求只能写一个", file=sources[1].file, key=sources[1].key)
    if not sources:
        return SevensPolicy(slots, None, None)
    rule = sources[0]
    amount = policy.amounts.get(rule.value.at_least)
    if amount is None or amount.value.measure is not Measure.NUMBER or amount.value.value.denominator != 1:
        raise PackError(f"“{rule.value.at_least}”不是这一天的一个整数限额", file=rule.file, key=f"{rule.key}.at_least")
    return SevensPolicy(slots, rule, int(amount.value.value))
