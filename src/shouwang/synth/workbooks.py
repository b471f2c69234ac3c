"""The national system's export workbooks: two banner rows, headings on the third, ID numbers as texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import xlsxwriter

from shouwang.synth.blocks import Block
from shouwang.synth.departments.cells import Cell
from shouwang.synth.departments.content import PlaceNames, View
from shouwang.synth.departments.writers import FIXED_INSTANT, cell_write
from shouwang.synth.draws import Ints, stream
from shouwang.synth.exports import columns_of_households, columns_of_persons, columns_of_work
from shouwang.synth.places import Place

PEOPLE_A_FILE = 20_000
HEADING_ROW = 2  # counted from zero: the third row
SHEETS = ("监测对象信息", "已外出务工信息", "户信息")


@dataclass(frozen=True)
class Export:
    """The rows of one block for one sheet, and the household of each row."""

    columns: dict[str, list[Cell]]
    household: Ints


class WorkbookFiles:
    """Collects the three sheets of all blocks, then writes them, some ten thousand people a file."""

    def __init__(self, *, seed: int, place: Place, on: date) -> None:
        self.seed, self.place, self.on = seed, place, on
        self.names = PlaceNames(place)
        self.exports: dict[str, list[Export]] = {sheet: [] for sheet in SHEETS}

    def collect(self, block: Block) -> None:
        """This function takes the rows of a block."""
        view = View(block, self.names, stream(self.seed, block.first_household, "workbooks"))
        everybody = np.arange(block.kin.people)
        workers = np.flatnonzero(block.persons.work_months > 0)
        for sheet, columns, household in (
            (SHEETS[0], columns_of_persons(view, self.seed), block.kin.household[everybody]),
            (SHEETS[1], columns_of_work(view, workers, self.on), block.kin.household[workers]),
            (SHEETS[2], columns_of_households(view), np.arange(block.kin.count)),
        ):
            self.exports[sheet].append(Export(columns, household))

    def write(self, folder: Path, *, progress: Callable[[str, int, int], None]) -> None:
        """This function writes the workbooks; a household never stands in two files of one sheet."""
        folder.mkdir()
        pieces = [(sheet, *piece) for sheet in SHEETS for piece in self._pieces(sheet)]
        for number, (sheet, part, parts, export, rows) in enumerate(pieces):
            progress("写国家系统导出表", number, len(pieces))
            suffix = f"_{part:02d}" if parts > 1 else ""
            self._book_write(folder / f"{sheet}{suffix}.xlsx", sheet, export, rows)
        progress("写国家系统导出表", len(pieces), len(pieces))

    def _pieces(self, sheet: str) -> list[tuple[int, int, Export, slice]]:
        found = [(export, rows) for export in self.exports[sheet] for rows in row_slices(export.household)]
        return [(number, len(found), export, rows) for number, (export, rows) in enumerate(found, start=1)]

    def _book_write(self, path: Path, sheet: str, export: Export, rows: slice) -> None:
        book = xlsxwriter.Workbook(path, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
        book.set_properties({"created": FIXED_INSTANT, "title": sheet})
        page = book.add_worksheet(sheet)
        bold = book.add_format({"bold": True, "align": "center"})
        width = len(export.columns)
        page.merge_range(0, 0, 0, width - 1, f"全国防返贫监测信息系统　{self.place.name}　{sheet}", bold)
        page.merge_range(1, 0, 1, width - 1, f"导出时间：{self.on.isoformat()}　　单位：元、亩、平方米、公里", bold)
        for column, (heading, values) in enumerate(export.columns.items()):
            page.write_string(HEADING_ROW, column, heading, bold)
            for row, value in enumerate(values[rows], start=HEADING_ROW + 1):
                cell_write(page, row, column, value)
        page.freeze_panes(HEADING_ROW + 1, 0)
        book.close()


def row_slices(household: Ints) -> Iterator[slice]:
    """This function cuts rows into slices of a file's size, never inside a household."""
    start, end = 0, len(household)
    while start < end:
        stop = min(end, start + PEOPLE_A_FILE)
        while stop < end and household[stop] == household[stop - 1]:
            stop += 1
        yield slice(start, stop)
        start = stop
