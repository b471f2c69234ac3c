"""Giving: who gives, for what purposes, and how soon a giver is thanked.

A `giving.yaml` holds blocks of three shapes, told apart by the one key their value has: `giver` (a kind of giver),
`purpose` (what is given for, and to whom) and `thanks` (within how many days a letter goes out).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from shouwang.rulebook.errors import PackError
from shouwang.rulebook.groups import Group
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model, Provision

if TYPE_CHECKING:
    from shouwang.rulebook.policy import Policy

Form = Literal["MONEY", "THINGS"]


class Giver(Model):
    """A kind of giver; `is_named`: its name stands on the public list (a person's never does without it)."""

    is_named: bool = True


class Purpose(Model):
    """What is given for: as money, as things, or both; `whom` empty: any household."""

    forms: tuple[Form, ...] = Field(min_length=1)
    whom: tuple[Group, ...] = ()


class Thanks(Model):
    """Within how many days after delivery the giver is thanked."""

    days: int = Field(ge=1, le=366)


class _Giver(Model):
    giver: Giver


class _Purpose(Model):
    purpose: Purpose


class _Thanks(Model):
    thanks: Thanks


SHAPES: dict[str, type[Model]] = {"giver": _Giver, "purpose": _Purpose, "thanks": _Thanks}


def _read(entry: Entry) -> Model:
    value = entry.value
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in SHAPES:
        raise ValueError(f"每个值要写成其中一种：{'、'.join(SHAPES)}")
    shape = next(iter(value))
    inner: Model = getattr(SHAPES[shape].model_validate(value), shape)
    return inner


TOPIC = Topic("giving", "社会帮扶", _read, is_later=True)


@dataclass(frozen=True, eq=False)
class GivingPolicy:
    """What `giving.yaml` says on a day."""

    givers: Mapping[str, Provision[Giver]]
    purposes: Mapping[str, Provision[Purpose]]
    thanks: Provision[Thanks] | None


def _of(blocks: Mapping[str, Provision[Any]], shape: type[Model]) -> Sequence[Provision[Any]]:
    return [stated for stated in blocks.values() if isinstance(stated.value, shape)]


@lru_cache(maxsize=64)
def giving_of(policy: Policy) -> GivingPolicy:
    """This function returns the rules of giving of a policy; raises PackError where thanks are stated twice."""
    blocks: Mapping[str, Provision[Any]] = policy.topic("giving")
    thanks = _of(blocks, Thanks)
    if len(thanks) > 1:
        raise PackError("致谢的期限只能写一个", file=thanks[1].file, key=thanks[1].key)
    return GivingPolicy(
        {stated.key: stated for stated in _of(blocks, Giver)},
        {stated.key: stated for stated in _of(blocks, Purpose)},
        thanks[0] if thanks else None,
    )
