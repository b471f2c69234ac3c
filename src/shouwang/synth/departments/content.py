"""Clean content of a department's sheet: typed columns under canonical headings, and whose row each is."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shouwang.kit import divisions
from shouwang.kit.divisions import Level
from shouwang.synth import tables
from shouwang.synth.blocks import Block
from shouwang.synth.draws import Ints
from shouwang.synth.headings import headings
from shouwang.synth.places import Place


class Kind(enum.Enum):
    """What a column holds; it decides how cells are written and which faults are planted."""

    TEXT = "text"
    ID = "id"
    NAME = "name"
    DAY = "day"
    MONTH = "month"
    FEN = "fen"
    COUNT = "count"


@dataclass(frozen=True)
class Column:
    """One column; money in fen, days as date32, counts as integers, the rest as texts."""

    kind: Kind
    values: pa.Array


@dataclass(frozen=True)
class Sheet:
    """What is known of a department's file before it is filled."""

    key: str
    department: str
    office: str  # the department as its banner names it
    sheet: str
    title: str
    extra: tuple[str, ...] = ()  # headings beyond those on file
    groups: tuple[tuple[str, int], ...] = ()  # merged headings over the headings: words and width
    by_village: bool = False

    @property
    def headings(self) -> tuple[str, ...]:
        """This function returns the canonical headings in order."""
        try:
            return (*headings(self.sheet), *self.extra)
        except KeyError:
            return self.extra


@dataclass(frozen=True)
class Part:
    """The rows of one block: columns by heading, and the keys of person, household and event (0 for none)."""

    columns: Mapping[str, Column]
    person: Ints
    household: Ints
    event: Ints


class PlaceNames:
    """Names of province, city, county, township and village of every village of the place."""

    def __init__(self, place: Place) -> None:
        table = divisions.load()
        self._row = {int(code): row for row, code in enumerate(place.villages)}
        self.names = {
            level: pa.array([table.name(divisions.at_level(int(code), level)) for code in place.villages])
            for level in Level
        }
        self.short = pa.array([village_short(name.as_py()) for name in self.names[Level.VILLAGE]])

    def rows(self, villages: Ints) -> pa.Array:
        """This function returns the row of village codes."""
        return pa.array([self._row[code] for code in villages.tolist()], pa.int64())


def village_short(name: str) -> str:
    """This function returns a village's name without its committee: 官亭村."""
    for committee in ("村民委员会", "村委会"):
        if name.endswith(committee) and name != committee:
            stem = name.removesuffix(committee)
            return stem if stem.endswith("村") else stem + "村"
    return name.removesuffix("居民委员会").removesuffix("居委会") or name


class View:
    """A block as content sees it: texts of persons and households by row."""

    def __init__(self, block: Block, names: PlaceNames, rng: np.random.Generator) -> None:
        self.block = block
        self.rng = rng
        self._names = names
        self._village = names.rows(block.village)
        self.heads = block.head_row

    def of(self, array: pa.Array, rows: Ints) -> pa.Array:
        """This function returns the values of an array at rows; a row of -1 gives null."""
        return pc.take(array, pa.array(rows, mask=rows < 0))

    def person(self, rows: Ints) -> dict[str, Column]:
        """This function returns name and ID columns of persons under the keys `name` and `id`."""
        return {
            "name": Column(Kind.NAME, self.of(self.block.names, rows)),
            "id": Column(Kind.ID, self.of(self.block.resident_ids, rows)),
        }

    def area(self, households: Ints, level: Level, *, short: bool = False) -> Column:
        """This function returns the name of the area of households at a level."""
        names = self._names.short if short else self._names.names[level]
        return Column(Kind.TEXT, pc.take(names, pc.take(self._village, pa.array(households))))

    def address(self, households: Ints) -> Column:
        """This function returns the addresses of households."""
        number = pa.array((self.block.first_household + households) % 397 + 1).cast(pa.string())
        parts = [self.area(households, level).values for level in (Level.COUNTY, Level.TOWNSHIP)]
        village = self.area(households, Level.VILLAGE, short=True).values
        return Column(Kind.TEXT, pc.binary_join_element_wise(*parts, village, number, pa.scalar("号"), ""))

    def phone(self, rows: Ints) -> Column:
        """This function returns the phones of persons."""
        return Column(Kind.TEXT, self.of(self.block.phones, rows))

    def choice(self, words: tuple[str, ...], size: int) -> Column:
        """This function draws words at random."""
        return words_at(words, self.rng.integers(0, len(words), size))

    def part(self, columns: Mapping[str, Column], *, person: Ints, household: Ints, event: Ints | None = None) -> Part:
        """This function finishes a part; rows become keys."""
        return Part(
            columns,
            np.where(person < 0, 0, person + self.block.first_person),
            household + self.block.first_household,
            np.zeros(len(household), dtype=np.int64) if event is None else event + self.block.first_event,
        )


def words_at(words: tuple[str, ...], indexes: Ints) -> Column:
    """This function returns a text column of words by index; -1 gives an empty cell."""
    return Column(Kind.TEXT, tables.coded(indexes, words))


def same(word: str, size: int) -> Column:
    """This function returns a text column that says the same in every row."""
    return Column(Kind.TEXT, pa.array([word]).take(pa.array(np.zeros(size, dtype=np.int64))))


def fen(amounts: Ints, *, unknown: Ints | None = None) -> Column:
    """This function returns a money column; `unknown` marks empty cells."""
    return Column(Kind.FEN, pa.array(amounts, mask=None if unknown is None else unknown.astype(bool)))


def count(numbers: Ints) -> Column:
    """This function returns a column of whole numbers; -1 gives an empty cell."""
    return Column(Kind.COUNT, pa.array(numbers, mask=numbers < 0))


def day(numbers: Ints) -> Column:
    """This function returns a column of days; -1 gives an empty cell."""
    return Column(Kind.DAY, tables.days(numbers))


def month(numbers: Ints) -> Column:
    """This function returns a column of months, given as days."""
    return Column(Kind.MONTH, tables.days(numbers, none=None))


Maker = Callable[[View], Part]
