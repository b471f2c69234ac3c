"""Files into households: rows of all sheets grouped by household number, in the order they first appear.

Everything of an import is held in memory at once (a household's rows may stand in three files); equal cells are kept
once, so that a hundred thousand people take a few hundred megabytes at most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shouwang.kit.dates import DayRefusal, day_parse
from shouwang.kit.errors import Place
from shouwang.kit.resident_id import is_id_number
from shouwang.kit.tables import (
    HeadingMissing,
    HeadingRow,
    Sheet,
    TableLimits,
    cell_text,
    heading_find,
    heading_key,
    tables_open,
)
from shouwang.kit.texts import numbers_hidden, squeezed
from shouwang.register.services.importing.layout import HOUSEHOLDS, PERSONS, WORK, Layout, is_private, layout_load

# Only these cells are a number of somebody's; one typed into any other text is hidden as it is read.
NUMBERED = frozenset({"resident_id", "person_phone", "household_phone"})
_BANNER_DAY = re.compile(r"(?:导出|数据|截至|统计)\S{0,4}[:：]?\s*(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)")


@dataclass(frozen=True)
class NamedColumn:
    """A column that is no field of ours: whether it speaks of the household, whether its cells name somebody."""

    column: int
    heading: str
    is_of_household: bool
    is_private: bool


@dataclass(frozen=True)
class SheetRead:
    """One recognised sheet: where it stands and which column is which."""

    file: str
    sheet: str
    kind: str
    heading: HeadingRow
    named: tuple[NamedColumn, ...] = ()

    def column(self, name: str) -> int | None:
        return self.heading.fields.get(name)


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it stands in a file."""

    sheet: SheetRead
    number: int
    cells: tuple[Any, ...] = field(repr=False)

    def cell(self, name: str) -> Any:
        """This function returns the cell of a field, None when empty or when the sheet has no such column."""
        column = self.sheet.column(name)
        return self.cells[column] if column is not None and column < len(self.cells) else None

    def text(self, name: str) -> str:
        """This function returns the cell of a field as text, personal numbers only where the field is for them."""
        text = cell_text(self.cell(name))
        return text if name in NUMBERED else numbers_hidden(text)


@dataclass
class RawHousehold:
    """The rows of one household in all sheets."""

    number: str
    persons: list[RawRow] = field(default_factory=list)
    work: list[RawRow] = field(default_factory=list)
    households: list[RawRow] = field(default_factory=list)

    def rows(self) -> list[RawRow]:
        return [*self.persons, *self.work, *self.households]


@dataclass
class Reading:
    """All households of an import, rows without a household, and the day the data is from, if a banner says it."""

    households: list[RawHousehold]
    loose: list[RawRow]
    sheets: list[SheetRead]
    rows: int
    data_date: date | None


def files_read(
    files: Iterable[tuple[str, bytes]], *, limits: TableLimits | None = None, note: Callable[[int], None] | None = None
) -> Reading:
    """This function reads the files of an import; raises a `TableRefusal` that names the file.

    A sheet that is none of the three known ones is passed over; a file without any is refused.
    """
    layout = layout_load()
    by_number: dict[str, RawHousehold] = {}
    result = Reading([], [], [], 0, None)
    kept: dict[Any, Any] = {}
    for name, content in files:
        known_before = len(result.sheets)
        with tables_open(content, name=name, limits=limits) as sheets:
            for sheet in sheets:
                _sheet_read(sheet, layout, result, by_number, kept, note)
        if len(result.sheets) == known_before:
            wanted = [layout.label(need) for need in layout.needs]
            raise HeadingMissing([*wanted, "与户主关系"]).at(file=name)
    result.households = list(by_number.values())
    return result


def _sheet_read(
    sheet: Sheet,
    layout: Layout,
    result: Reading,
    by_number: dict[str, RawHousehold],
    kept: dict[Any, Any],
    note: Callable[[int], None] | None,
) -> None:
    banner: list[str] = []
    sheet.rows = _overheard(sheet.rows, banner)
    found = heading_find(sheet, known=layout.headings, minimum=2)
    kind = layout.kind_of(sheet.name, found) if found else None
    if found is None or kind is None:
        return
    read = SheetRead(sheet.file, numbers_hidden(sheet.name), kind, found, _named_columns(found, layout))
    result.sheets.append(read)
    result.data_date = max(filter(None, (result.data_date, _banner_day(banner))), default=None)
    column = found.fields["household_number"]
    for number, cells in sheet.rows:
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells):
            continue
        row = RawRow(read, number, tuple(_once(cell, kept) for cell in cells))
        result.rows += 1
        if note is not None and result.rows % 2000 == 0:
            note(result.rows)
        household = household_key(cells[column] if column < len(cells) else None)
        if household is None:
            result.loose.append(row)
            continue
        group = by_number.setdefault(household, RawHousehold(household))
        {PERSONS: group.persons, WORK: group.work, HOUSEHOLDS: group.households}[kind].append(row)


def _named_columns(found: HeadingRow, layout: Layout) -> tuple[NamedColumn, ...]:
    columns = []
    for column, heading in found.unknown().items():
        key = heading_key(heading)
        if key in layout.ignored:
            continue
        private = is_private(heading)
        of_collector = private and ("采集人" in heading or heading.startswith("户"))
        columns.append(NamedColumn(column, heading, key in layout.of_household or of_collector, private))
    return tuple(columns)


def _once(cell: Any, kept: dict[Any, Any]) -> Any:
    """This function returns one object for equal short texts and equal numbers, which repeat ten thousand times."""
    if type(cell) is str:
        return kept.setdefault(cell, cell) if len(cell) <= 12 else cell
    if type(cell) is float:
        return kept.setdefault(cell, cell)
    return cell


def _overheard(rows: Any, banner: list[str]) -> Any:
    """This function passes rows on and keeps the first texts, which may be banner rows."""
    for number, cells in rows:
        if number <= 3:
            banner.extend(str(cell) for cell in cells if isinstance(cell, str))
        yield number, cells


def _banner_day(texts: Sequence[str]) -> date | None:
    for text in texts:
        match = _BANNER_DAY.search(text)
        if match is not None:
            try:
                return day_parse(match[1])
            except DayRefusal:
                continue
    return None


def household_key(cell: Any) -> str | None:
    """This function returns a household number as a text; None when empty, digits are lost or it is somebody's ID."""
    if isinstance(cell, float) and abs(cell) >= 1e15:
        return None
    text = squeezed(cell_text(cell))
    return text[:40] if text and not is_id_number(text) else None


def place_of(row: RawRow, column: str = "") -> Place:
    """This function returns the place of a row for a sentence."""
    return Place(file=row.sheet.file, sheet=row.sheet.sheet, row=row.number, column=column)


def named_cells(row: RawRow) -> list[tuple[NamedColumn, Any]]:
    """This function returns the filled cells of the columns that are no field of ours."""
    cells = row.cells
    size = len(cells)
    return [
        (named, cells[named.column])
        for named in row.sheet.named
        if named.column < size and cells[named.column] is not None
    ]
