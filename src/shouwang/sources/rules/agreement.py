"""What a department's row and a person of the register have in common, point by point. Pure.

The same levels are shown to the person who decides, and order the queue where Splink is missing.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from shouwang.sources.rules.names import Alike


class Birth(enum.StrEnum):
    """How two birth dates agree."""

    SAME = "SAME"
    NEAR = "NEAR"  # one digit differs, or two neighbouring digits are swapped
    YEAR = "YEAR"
    DIFFERENT = "DIFFERENT"
    UNKNOWN = "UNKNOWN"


class Village(enum.StrEnum):
    """How the village a row names agrees with where the person is registered."""

    SAME = "SAME"
    TOWN = "TOWN"
    DIFFERENT = "DIFFERENT"
    UNKNOWN = "UNKNOWN"


class Number(enum.StrEnum):
    """How the ID number agrees."""

    SAME = "SAME"
    NEAR = "NEAR"  # one wrong character or one swap away
    DIFFERENT = "DIFFERENT"
    UNKNOWN = "UNKNOWN"


# Rough weights in doublings of the odds: they order pairs that Splink did not score, and decide what is asked at all.
_POINTS: Mapping[str, Mapping[str, int]] = {
    "name": {"SAME": 8, "VARIANT": 8, "SOUND": 6, "SHAPE": 6, "PART": 2, "DIFFERENT": -8, "UNKNOWN": 0},
    "birth": {"SAME": 10, "NEAR": 6, "YEAR": 1, "DIFFERENT": -5, "UNKNOWN": 0},
    "village": {"SAME": 7, "TOWN": 3, "DIFFERENT": -2, "UNKNOWN": 0},
    "number": {"SAME": 20, "NEAR": 14, "DIFFERENT": -4, "UNKNOWN": 0},
}
ASKED_FROM = 10


@dataclass(frozen=True)
class Agreement:
    """The levels of one pair."""

    name: Alike
    birth: Birth
    village: Village
    number: Number

    @property
    def points(self) -> int:
        """This function returns the weight of the whole, in doublings of the odds."""
        return sum(_POINTS[field][str(level)] for field, level in asdict(self).items())

    @property
    def is_worth_asking(self) -> bool:
        """Whether a person should be bothered with the pair; an equal number under another name always deserves it."""
        return self.number is Number.SAME or self.points >= ASKED_FROM

    def as_json(self) -> dict[str, str]:
        """This function returns the levels as they are stored."""
        return {field: str(level) for field, level in asdict(self).items()}

    @classmethod
    def from_json(cls, body: Mapping[str, str]) -> Agreement:
        """This function reads stored levels."""
        return cls(Alike(body["name"]), Birth(body["birth"]), Village(body["village"]), Number(body["number"]))


def births_compared(one: date | None, other: date | None) -> Birth:
    """This function tells how two birth dates agree."""
    if one is None or other is None:
        return Birth.UNKNOWN
    if one == other:
        return Birth.SAME
    # Not strftime: it writes a year before 1000, as broken numbers say them, with fewer than four digits.
    mine, yours = one.isoformat().replace("-", ""), other.isoformat().replace("-", "")
    places = [place for place in range(8) if mine[place] != yours[place]]
    first = places[0]
    if len(places) == 1 or (
        places == [first, first + 1] and mine[first] == yours[first + 1] and mine[first + 1] == yours[first]
    ):
        return Birth.NEAR
    return Birth.YEAR if one.year == other.year else Birth.DIFFERENT


def villages_compared(slots: tuple[int, ...], slot: int) -> Village:
    """This function tells how the villages a row may mean agree with a person's village."""
    if not slots:
        return Village.UNKNOWN
    if slot in slots:
        return Village.SAME
    return Village.TOWN if slot // 1000 in {each // 1000 for each in slots} else Village.DIFFERENT
