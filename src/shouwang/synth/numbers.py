"""Numbers of made people: resident IDs under unassigned prefixes, phones and accounts of ranges nobody uses."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shouwang.kit.errors import Refusal
from shouwang.synth.draws import Ints
from shouwang.synth.places import UNASSIGNED

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
_SEQUENCES = 499  # of one sex, on one day, under one prefix
_DAY_LOW, _DAY_HIGH = -36_525, 60_000

Digits = npt.NDArray[np.uint8]


class NumbersExhausted(Refusal):
    """There are more people born on one day than numbers under the unassigned prefixes."""

    sentence = "这个地方的人数太多，可用的虚构身份证号不够了，请减少人数或选更大的地区。"


@dataclass
class NumberIssuer:
    """Counts the numbers given out, over all blocks, so that none is given twice."""

    given: dict[int, npt.NDArray[np.int32]] = field(default_factory=dict)

    def resident_ids(self, city: Ints, birth_day: Ints, sex: Ints) -> Digits:
        """This function gives every person an unused number; returns the characters, one row a person."""
        rank = self._ranks(city, birth_day, sex)
        step, place = np.divmod(rank, _SEQUENCES)
        if len(rank) and int(step.max()) >= len(UNASSIGNED):
            raise NumbersExhausted
        mixed = (place * 211 + birth_day * 7 + city) % _SEQUENCES
        sequence = np.where(sex == 1, mixed * 2 + 1, mixed * 2 + 2)
        county = np.array(UNASSIGNED)[step]
        calendar = birth_day.astype("datetime64[D]")
        month = calendar.astype("datetime64[M]")
        year = calendar.astype("datetime64[Y]").astype(np.int64) + 1970
        month_number = month.astype(np.int64) % 12 + 1
        day = (calendar - month).astype(np.int64) + 1
        return with_check_digit(
            digits_of((city, 4), (county, 2), (year, 4), (month_number, 2), (day, 2), (sequence, 3))
        )

    def _ranks(self, city: Ints, birth_day: Ints, sex: Ints) -> Ints:
        rank = np.zeros(len(city), dtype=np.int64)
        for one in np.unique(city):
            counts = self.given.setdefault(int(one), np.zeros((_DAY_HIGH - _DAY_LOW) * 2, dtype=np.int32))
            rows = np.flatnonzero(city == one)
            key = (birth_day[rows] - _DAY_LOW) * 2 + sex[rows]
            order = np.argsort(key, kind="stable")
            ordered = key[order]
            first = np.searchsorted(ordered, ordered, side="left")
            rank[rows[order]] = np.arange(len(rows)) - first + counts[ordered]
            np.add.at(counts, key, 1)
        return rank


def digits_of(*parts: tuple[Ints, int]) -> Digits:
    """This function writes numbers side by side as ASCII digits, each in its width; one row a number."""
    width = sum(size for _, size in parts)
    result = np.empty((len(parts[0][0]), width), dtype=np.uint8)
    column = 0
    for numbers, size in parts:
        for place in range(size):
            result[:, column] = numbers // 10 ** (size - 1 - place) % 10 + 48
            column += 1
    return result


def with_check_digit(first17: Digits) -> Digits:
    """This function adds the check characters to rows of seventeen digits."""
    total = (first17.astype(np.int64) - 48) @ _WEIGHTS
    return np.concatenate([first17, _CHECKS[total % 11][:, None]], axis=1)


def texts(characters: Digits) -> pa.Array:
    """This function turns rows of characters into an Arrow text array."""
    rows, width = characters.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * width
    data = np.ascontiguousarray(characters)
    return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def phones(person_key: Ints) -> pa.Array:
    """This function gives a phone of the range 160, in which no operator issues numbers."""
    mixed = (person_key * 7_368_787 + 41_234_567) % 10**8
    return texts(digits_of((np.full(len(person_key), 160), 3), (mixed, 8)))


def accounts(household_key: Ints) -> pa.Array:
    """This function gives a bank account of 19 digits under a card prefix that is not assigned."""
    mixed = (household_key * 7_368_787 + 9_876_543_211) % 10**12
    return texts(digits_of((np.full(len(household_key), 629999), 6), (mixed, 12), (household_key % 10, 1)))
