"""Similar: when two households are alike enough to be shown side by side, by size and by income.

Two blocks have a meaning: `members` (persons) and `income` (yuan a head and year). Each is a row of edges; two
households are alike when both lie between the same two edges. Without a block everybody is alike in it.
"""

from __future__ import annotations

from bisect import bisect_right

from pydantic import Field, field_validator

from shouwang.kit.money import FEN_PER_YUAN
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model

UNITS = ("人", "元/人·年")
MEMBERS, INCOME = "members", "income"


class Bands(Model):
    """Edges in the unit of the entry, rising; a band goes from an edge to just below the next."""

    edges: tuple[int, ...] = Field(min_length=1, max_length=20)

    @field_validator("edges")
    @classmethod
    def _rising(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if list(value) != sorted(set(value)):
            raise ValueError("edges（分档界限）要从小到大，不重复")
        return value

    def __str__(self) -> str:
        return "、".join(f"{edge:,}" for edge in self.edges)

    def band(self, value: int, *, scale: int = 1) -> tuple[int | None, int | None]:
        """This function returns the band [from, before) of a value, both in its own unit; None: no end.

        `scale` is how many of the value's units make one of the edges' (100 for fen and yuan).
        """
        edges = [edge * scale for edge in self.edges]
        place = bisect_right(edges, value)
        return (edges[place - 1] if place else None, edges[place] if place < len(edges) else None)


def _read(entry: Entry) -> Bands:
    return Bands.model_validate(entry.value)


TOPIC = Topic("similar", "相近农户的分档", _read, units=UNITS)

SCALES = {MEMBERS: 1, INCOME: FEN_PER_YUAN}
