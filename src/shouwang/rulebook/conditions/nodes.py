"""The typed tree of a condition. Numbers are exact: fen as integers, rates as fractions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction

from shouwang.rulebook.facts import Fact, Kind
from shouwang.rulebook.lines import Quantity
from shouwang.rulebook.values import Provision

NUMBER_TEXT = re.compile(r"-?[0-9]{1,12}([.][0-9]{1,4})?", re.ASCII)
NUMBER_SCALE = 10_000


@dataclass(frozen=True)
class Node:
    """Any part of a condition; `kind` is its type."""

    kind: Kind


@dataclass(frozen=True)
class Const(Node):
    """A value of the policy (`stated`) or a literal; `label` is its name, `areas` holds local values."""

    value: Fraction | str | bool | date
    label: str = ""
    areas: tuple[tuple[int, int, Fraction], ...] = ()
    stated: Provision[Quantity] | None = None


@dataclass(frozen=True)
class Unknown(Node):
    """A condition nobody can decide; joins rules that say themselves when they do not know."""


@dataclass(frozen=True)
class DayShift(Node):
    """The day of the run, moved by months or days."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True)
class DateShift(Node):
    """A date moved by months (kept inside the month) or days, later when positive."""

    value: Node
    months: int = 0
    days: int = 0


@dataclass(frozen=True)
class NumberOf(Node):
    """The number a text says in plain digits, at most four decimals; unknown when it says none."""

    value: Node


@dataclass(frozen=True)
class FactRef(Node):
    """A declared fact."""

    fact: Fact


@dataclass(frozen=True)
class Arith(Node):
    """A sum, difference or product."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Coalesce(Node):
    """A value, or another where it is unknown."""

    value: Node
    otherwise: Node


@dataclass(frozen=True)
class Compare(Node):
    """A comparison; unknown when a side is unknown."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Among(Node):
    """Membership of one code in a list of codes."""

    value: Node
    items: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True)
class HasAny(Node):
    """A set that shares an item with a list."""

    value: Node
    items: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True)
class IsUnknown(Node):
    """Whether a value is unknown; itself always known."""

    value: Node


@dataclass(frozen=True)
class IsTrue(Node):
    """Whether a condition is known to be as given; itself always known."""

    value: Node
    wanted: bool


@dataclass(frozen=True)
class Logic(Node):
    """All of, or any of, in three-valued logic."""

    op: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not(Node):
    """The opposite; unknown stays unknown."""

    value: Node


def parts_of(node: Node) -> Iterator[Node]:
    """This function yields a node and everything in it."""
    yield node
    for part in fields(node):
        value = getattr(node, part.name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Node):
                yield from parts_of(inner)


def facts_of(node: Node) -> tuple[Fact, ...]:
    """This function returns the facts a node speaks of, each once."""
    return tuple(dict.fromkeys(part.fact for part in parts_of(node) if isinstance(part, FactRef)))


def provisions_of(node: Node) -> tuple[Provision[Quantity], ...]:
    """This function returns the lines and amounts a node rests on, each once."""
    found = (part.stated for part in parts_of(node) if isinstance(part, Const))
    return tuple(dict.fromkeys(stated for stated in found if stated is not None))
