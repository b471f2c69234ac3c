"""A topic is one file of a pack (`lines.yaml`): how its values are read and what may be their unit."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from shouwang.rulebook.values import Entry


@dataclass(frozen=True)
class Topic:
    """One topic: `read` turns an entry's value into something frozen and hashable, or raises ValueError (Chinese).

    `units` are the units allowed; empty means that values carry none. `has_history` keeps the values of the previous
    years beside the one in force (lines are compared with last year's). A topic that packs could not state in earlier
    editions `is_later`: it counts in a policy's digest only once stated, so that digests kept stay true.
    """

    key: str
    name: str
    read: Callable[[Entry], Hashable]
    units: tuple[str, ...] = ()
    has_areas: bool = False
    has_history: bool = False
    is_later: bool = False
