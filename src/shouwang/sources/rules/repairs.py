"""ID numbers with one wrong character or two neighbours swapped: what they may have been. Pure.

The check character of GB 11643 finds every such error, so a number whose check holds is never touched. For every place
there is at most one other character under which the check holds: a broken number has at most 18 neighbours by one wrong
character, and about two by a swap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from shouwang.kit.errors import Refusal
from shouwang.kit.resident_id import check_digit
from shouwang.kit.texts import dashed, squeezed

LENGTH = 18
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
_INVERSES = {weight: pow(weight, -1, 11) for weight in set(_WEIGHTS)}
_NUMBER = re.compile(r"\d{17}[\dX]", re.ASCII)
_BIRTH = slice(6, 14)


@dataclass(frozen=True)
class BrokenId:
    """A delivered number that cannot be taken as it is; `refusal` says why, for the row that nothing else tells whose.

    One with a character too many or too few is not repaired, but the rest of its row may tell whose it is.
    """

    text: str = field(repr=False)
    refusal: Refusal = field(repr=False)

    def __str__(self) -> str:
        return "BrokenId(…)"


@dataclass(frozen=True)
class Repair:
    """A number the delivered one may have been; `place` counts from 1, of a swap the first of the two."""

    number: str = field(repr=False)
    place: int
    is_swap: bool = False

    @property
    def birth_date(self) -> date:
        """The birth date that the repaired number says."""
        return date.fromisoformat(self.number[_BIRTH])

    @property
    def touches_birth(self) -> bool:
        """Whether the error stands among the digits of the birth date."""
        first = self.place - 1
        return _BIRTH.start <= first + self.is_swap and first < _BIRTH.stop


def broken_text(value: object) -> str:
    """This function returns the characters of a delivered number, '' for what is no number at all."""
    text = dashed(squeezed(value)).strip("'’‘`\"").upper().replace("-", "") if isinstance(value, str) else ""
    return text if LENGTH - 1 <= len(text) <= LENGTH + 1 and sum(map(str.isdigit, text)) >= LENGTH - 2 else ""


def id_repairs(text: str, *, on: date) -> tuple[Repair, ...]:
    """This function returns the valid numbers one wrong character or one swap away; none for a number that holds.

    Valid: the check holds and the birth date is a day not after `on`.
    """
    if len(text) != LENGTH:
        return ()
    wrong = [place for place, character in enumerate(text) if not _is_sound(character, place)]
    if len(wrong) > 1:
        return ()
    # An X before the last place may be the check character, swapped with its neighbour.
    swaps = _swaps(text) if not wrong else [each for each in _swaps(text) if each.place == LENGTH - 1]
    found = {repair.number: repair for repair in swaps}
    for repair in _substitutions(text, wrong[0] if wrong else None):
        found.setdefault(repair.number, repair)
    return tuple(repair for repair in found.values() if _holds(repair.number, on))


def _is_sound(character: str, place: int) -> bool:
    return character in "0123456789" or (character == "X" and place == LENGTH - 1)


def _value(character: str) -> int:
    return 10 if character == "X" else int(character)


def _substitutions(text: str, only: int | None) -> list[Repair]:
    values = [0 if place == only else _value(character) for place, character in enumerate(text)]
    total = sum(value * weight for value, weight in zip(values, _WEIGHTS, strict=True))
    found = []
    for place in range(LENGTH) if only is None else (only,):
        right = (values[place] + (1 - total) * _INVERSES[_WEIGHTS[place]]) % 11
        if right == 10 and place != LENGTH - 1:
            continue
        if place == only or right != values[place]:
            character = "X" if right == 10 else str(right)
            found.append(Repair(text[:place] + character + text[place + 1 :], place + 1))
    return found


def _swaps(text: str) -> list[Repair]:
    return [
        Repair(text[:place] + text[place + 1] + text[place] + text[place + 2 :], place + 1, is_swap=True)
        for place in range(LENGTH - 1)
        if text[place] != text[place + 1]
    ]


def _holds(number: str, on: date) -> bool:
    if not _NUMBER.fullmatch(number) or check_digit(number[:17]) != number[17]:
        return False
    try:
        return date.fromisoformat(number[_BIRTH]) <= on
    except ValueError:
        return False


def birth_as_written(text: str) -> date | None:
    """This function returns the day that a broken number's own digits say, None when they are no day."""
    try:
        return date.fromisoformat(text[_BIRTH]) if len(text) == LENGTH else None
    except ValueError:
        return None
