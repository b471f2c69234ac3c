"""Department files on disk: GB18030 or UTF-8 CSV, XLSX with real merged cells; the same bytes each time."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import xlsxwriter

from shouwang.synth.departments.cells import Cell, Cells
from shouwang.synth.departments.content import Sheet
from shouwang.synth.headings import variants

FIXED_INSTANT = datetime(2020, 1, 1)  # noqa: DTZ001 - a file's birthday that is the same each time


@dataclass(frozen=True)
class Layout:
    """What stands above and below the rows."""

    banners: tuple[str, ...]
    groups: tuple[str, ...]  # one word a column, empty without merged headings
    headings: tuple[str, ...]
    footer: tuple[str, ...]
    encoding: str
    pad_ids: bool  # a tab behind every ID, as the insurer's system exports it

    @property
    def first_row(self) -> int:
        """This function returns the number of the first data row, as a spreadsheet counts."""
        return len(self.banners) + bool(self.groups) + 2


def layout_draw(sheet: Sheet, *, rng: np.random.Generator, county: str, on: date) -> Layout:
    """This function draws banners, heading variants, footers and encoding of a file."""
    banners = (
        f"{county}{sheet.title}",
        f"填报单位：{county}{sheet.office}　　填报日期：{on.year}年{on.month}月{on.day}日",
    )
    width = len(sheet.headings)
    groups = [word for word, size in sheet.groups for word in [word] + [""] * (size - 1)]
    upper = groups + [""] * (width - len(groups)) if groups else []
    lower = [heading_vary(sheet, heading, rng) for heading in sheet.headings]
    for column, heading in enumerate(sheet.headings):
        if upper and upper[column] == heading:
            lower[column] = ""  # merged downwards: the word stands in the upper row only
    return Layout(
        banners=banners[: int(rng.integers(1, 3))] if not sheet.groups else banners,
        groups=tuple(upper),
        headings=tuple(lower),
        footer=("合计",) if rng.random() < 0.5 else ("审核人：", "", "填表人："),
        encoding="utf-8-sig" if sheet.key in ("tuition", "incident", "work") else "gb18030",
        pad_ids=sheet.key == "inpatient",
    )


def heading_vary(sheet: Sheet, heading: str, rng: np.random.Generator) -> str:
    """This function writes a heading as another office would: a known variant, other brackets, a blank inside."""
    others = variants(sheet.sheet, heading)
    draw = rng.random()
    if others and draw < 0.5:
        heading = others[int(rng.integers(0, len(others)))]
    if "（" in heading and rng.random() < 0.4:
        return heading.replace("（", "(").replace("）", ")")
    if len(heading) == 2 and rng.random() < 0.4:
        return f"{heading[0]} {heading[1]}" if draw < 0.5 else f"{heading[0]}　{heading[1]}"
    return heading


def csv_write(path: Path, cells: Cells, layout: Layout, *, id_headings: frozenset[str]) -> None:
    """This function writes a CSV file as a spreadsheet program of a Chinese office saves it."""
    columns = [
        [f"{value}\t" if value else "" for value in column]
        if layout.pad_ids and heading in id_headings
        else ["" if value is None else value for value in column]
        for heading, column in cells.columns.items()
    ]
    with path.open("w", encoding=layout.encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        width = len(layout.headings)
        writer.writerows([banner] + [""] * (width - 1) for banner in layout.banners)
        if layout.groups:
            writer.writerow(layout.groups)
        writer.writerow(layout.headings)
        writer.writerows(zip(*columns, strict=True))
        writer.writerow([*layout.footer, *[""] * (width - len(layout.footer))])


def xlsx_write(path: Path, cells: Cells, layout: Layout) -> None:
    """This function writes an XLSX file with merged banners and headings; IDs are texts unless a fault says number."""
    book = xlsxwriter.Workbook(path, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    book.set_properties({"created": FIXED_INSTANT, "title": cells.sheet.title})
    page = book.add_worksheet(cells.sheet.sheet[:31])
    middle = book.add_format({"align": "center", "bold": True})
    width = len(layout.headings)
    row = 0
    for banner in layout.banners:
        page.merge_range(row, 0, row, max(1, width - 1), banner, middle)
        row += 1
    if layout.groups:
        _groups_write(page, layout, row, middle)
        row += 1
    for column, heading in enumerate(layout.headings):
        if heading:
            page.write_string(row, column, heading, middle)
    for column, values in enumerate(cells.columns.values()):
        for offset, value in enumerate(values, start=row + 1):
            cell_write(page, offset, column, value)
    for column, word in enumerate(layout.footer):
        page.write_string(row + 1 + cells.rows, column, word)
    book.close()


def _groups_write(page: xlsxwriter.worksheet.Worksheet, layout: Layout, row: int, style: object) -> None:
    starts = [column for column, word in enumerate(layout.groups) if word]
    for column, end in zip(starts, [*starts[1:], len(layout.groups)], strict=True):
        word = layout.groups[column]
        if not layout.headings[column]:
            page.merge_range(row, column, row + 1, column, word, style)
        elif end - column > 1:
            page.merge_range(row, column, row, end - 1, word, style)
        else:
            page.write_string(row, column, word, style)


def cell_write(page: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Cell) -> None:
    """This function writes one cell by its type; texts never become formulas or numbers."""
    if value is None or value == "":
        return
    if isinstance(value, str):
        page.write_string(row, column, value)
    elif isinstance(value, date):
        page.write_datetime(row, column, value)
    else:
        page.write_number(row, column, value)
