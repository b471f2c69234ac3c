"""The workbook of refused rows: the sheets and headings of the files, the reasons first, ready to be mended."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from shouwang.register.models import ImportRefusal
from shouwang.register.services.importing.reading import RawRow, Reading, SheetRead

REASON = "退回原因"
SIGNS = str.maketrans("[]:*?/\\", "_______")  # what a sheet's name may not hold


def refused_workbook(reading: Reading, refusals: Sequence[ImportRefusal]) -> bytes:
    """This function returns an XLSX of the refused rows; a cell that began as a formula is a plain text here."""
    reasons: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    for refusal in refusals:
        where = f"{refusal.column}：" if refusal.column else ""
        text = f"{where}{refusal.message}"
        known = reasons[(refusal.file, refusal.sheet, refusal.row)]
        if text not in known:
            known.append(text)
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    rows = [row for raw in reading.households for row in raw.rows()] + reading.loose
    by_sheet: dict[int, tuple[SheetRead, list[RawRow]]] = {}
    for row in rows:
        if (row.sheet.file[:200], row.sheet.sheet[:60], row.number) in reasons:
            by_sheet.setdefault(id(row.sheet), (row.sheet, []))[1].append(row)
    for number, (sheet, found) in enumerate(by_sheet.values(), start=1):
        page = book.add_worksheet(f"{number}_{sheet.sheet or '表'}"[:31].translate(SIGNS))
        columns = sorted(sheet.heading.columns)
        page.write_string(0, 0, REASON, bold)
        page.write_string(0, 1, "原行号", bold)
        page.set_column(0, 0, 60)
        for place, column in enumerate(columns, start=2):
            page.write_string(0, place, sheet.heading.columns[column], bold)
        for line, row in enumerate(sorted(found, key=lambda row: row.number), start=1):
            page.write_string(line, 0, "；".join(reasons[(sheet.file[:200], sheet.sheet[:60], row.number)]))
            page.write_number(line, 1, row.number)
            for place, column in enumerate(columns, start=2):
                if column < len(row.cells) and row.cells[column] is not None:
                    _write(page, line, place, row.cells[column], day)
        page.freeze_panes(1, 0)
    if not by_sheet:
        book.add_worksheet("退回的行")
    book.close()
    return target.getvalue()


def _write(page: Any, line: int, place: int, cell: Any, day: Any) -> None:
    if isinstance(cell, bool):
        page.write_string(line, place, "是" if cell else "否")
    elif isinstance(cell, int | float):
        page.write_number(line, place, cell)
    elif isinstance(cell, datetime):
        page.write_datetime(line, place, cell.replace(tzinfo=None), day)
    elif isinstance(cell, date):
        page.write_datetime(line, place, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001 - a day
    else:
        page.write_string(line, place, str(cell))
