"""Tables out: workbooks made in memory, every cell a text or a number, never a formula or a link."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence

import xlsxwriter

from shouwang.kit.watermarks import mark_picture

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | None
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_NAME_LIMIT = 31
_TEXT_LIMIT = 32_000
_HEADER_LIMIT = 200  # a printed page's header holds 255 signs, an "&" takes two


def yuan_cell(fen: int | None) -> float | None:
    """This function returns an amount as a number of yuan that a sheet adds up (None: an empty cell).

    A sheet's numbers are floats of sixteen digits: exact to the fen for whatever a county has.
    """
    return None if fen is None else fen / 100


def cell_safe(text: str) -> str:
    """This function returns a text that no spreadsheet takes for a formula, also after it was saved as CSV.

    A sign before a plain number stays as it is.
    """
    if text and (text[0] in "=@\t\r" or (text[:1] in "+-" and not re.fullmatch(r"[+-]?[\d.,]+", text))):
        return f"'{text}"[:_TEXT_LIMIT]
    return text[:_TEXT_LIMIT]


def sheet_name(wanted: str, taken: Iterable[str] = ()) -> str:
    """This function returns a name that a workbook accepts and that is not taken yet."""
    base = _FORBIDDEN.sub("", wanted).strip()[:_NAME_LIMIT] or "Sheet"
    known, name, number = {each.casefold() for each in taken}, base, 1
    while name.casefold() in known:
        number += 1
        name = f"{base[: _NAME_LIMIT - 3]}-{number}"
    return name


def workbook_bytes(sheets: Sequence[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]], *, mark: str = "") -> bytes:
    """This function returns an XLSX of sheets (name, headings, rows); it never touches the disk.

    `mark` says who took it out, when and what for: it lies behind the cells and stands on top of every printed page.
    """
    picture = mark_picture(mark) if mark else b""
    buffer = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(buffer, options) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        names: list[str] = []
        for wanted, headings, rows in sheets:
            names.append(sheet_name(wanted, names))
            sheet = book.add_worksheet(names[-1])
            sheet.freeze_panes(1, 0)
            if mark:
                sheet.set_background(io.BytesIO(picture), is_byte_stream=True)
                sheet.set_header("&L&9" + mark.replace("&", "&&")[:_HEADER_LIMIT])
                sheet.repeat_rows(0)
            for column, heading in enumerate(headings):
                sheet.write_string(0, column, cell_safe(heading), head)
                sheet.set_column(column, column, min(40, max(12, 2 * len(heading) + 2)), text)
            for number, cells in enumerate(rows, start=1):
                for column, cell in enumerate(cells):
                    if isinstance(cell, str) and cell:
                        sheet.write_string(number, column, cell_safe(cell), text)
                    elif isinstance(cell, int | float) and not isinstance(cell, bool):
                        sheet.write_number(number, column, cell)
    return buffer.getvalue()
