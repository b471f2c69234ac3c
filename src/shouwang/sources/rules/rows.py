"""Reading one row of a department's table: each cell by its field, one refusal with its column for what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from shouwang.kit.codes import YesNo
from shouwang.kit.dates import day_parse, month_parse
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.kit.resident_id import (
    ResidentId,
    ResidentIdBirthDate,
    ResidentIdBirthInFuture,
    ResidentIdCharacters,
    ResidentIdCheckDigit,
    ResidentIdLength,
    resident_id_parse,
)
from shouwang.kit.texts import half_width, numbers_hidden, squeezed
from shouwang.sources.rules.headings import Column, Layout
from shouwang.sources.rules.kinds import CODE_LISTS, FeedKind, FieldOf
from shouwang.sources.rules.repairs import BrokenId, broken_text

Value = str | int | date | ResidentId | BrokenId | None
EMPTY_MARKS = frozenset({"", "-", "--", "/", "\\", "—", "——", "无数据", "NULL", "NONE"})
TEXT_LIMIT = 120
_FOOTNOTE = re.compile(
    r"(本页|本表)?(合计|总计|小计|共计)$|((单位)?(审核|填表|制表|填报|复核|经办|负责|联系)人?|填报(日期|时间|单位)|制表(日期|时间)|备注|说明|注)[:]"
)


class CellMissing(Refusal):
    """A cell that must be filled is empty."""

    sentence = "没有填写。"


class DayInFuture(Refusal):
    """A day that has not come."""

    sentence = "日期还没有到，请核对。"


class BirthInFuture(Refusal):
    """A birth date after today."""

    sentence = "出生日期还没有到，请核对。"


class BirthDiffers(Refusal):
    """The birth date beside the ID is another one, and nobody comes into question who could be meant."""

    sentence = "出生日期和身份证号里的不一样，请核对是哪一个写错了。"


class NumberUnreadable(Refusal):
    """The text is not a whole number."""

    sentence = "这里应当是整数，请核对。"


class CellUnreadable(Refusal):
    """The cell holds an error value of the spreadsheet."""

    sentence = "这一格是表格软件的错误值，请改正后再导入。"


@dataclass(frozen=True)
class Row:
    """One row as read: its number in the sheet (from 1), its values by field, and what is amiss but not refused."""

    sheet_number: int
    number: int
    values: Mapping[str, Value] = field(repr=False)

    def get(self, name: str) -> Value:
        """This function returns a field's value; None when the column or the cell is empty."""
        return self.values.get(name) if name else None


def is_blank(cell: object) -> bool:
    """This function tells whether a cell says nothing."""
    return cell is None or (isinstance(cell, str) and squeezed(cell).upper() in EMPTY_MARKS)


def row_is_blank(cells: Sequence[object]) -> bool:
    """This function tells whether a row says nothing at all."""
    return all(is_blank(cell) for cell in cells)


def row_is_footnote(cells: Sequence[object], *, kind: FeedKind, layout: Layout) -> bool:
    """This function tells whether a row is no row of data but a total, a signature or a remark below the table."""
    column = layout.fields.get(kind.person.resident_id)
    if column is not None and column.index < len(cells) and re.search(r"\d", str(cells[column.index] or "")):
        return False
    first = next((cell for cell in cells if not is_blank(cell)), None)
    return isinstance(first, str) and bool(_FOOTNOTE.match(squeezed(first)))


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell == int(cell):
        return numbers_hidden(str(int(cell)))
    text = numbers_hidden(" ".join(half_width(str(cell)).split()))
    if text.startswith("#") and text.endswith(("!", "?", "/A")):
        raise CellUnreadable
    return text[:TEXT_LIMIT]


def _number(cell: object) -> int:
    try:
        value = float(squeezed(str(cell)).replace(",", ""))
    except ValueError as error:
        raise NumberUnreadable from error
    if value != value or value in (float("inf"), float("-inf")) or value != int(value):
        raise NumberUnreadable
    return int(value)


def _day(cell: object, spec: FieldOf, on: date) -> date:
    day = day_parse(cell)
    if day > on and not spec.may_be_future:
        raise DayInFuture
    return day


MENDABLE = (
    ResidentIdCheckDigit, ResidentIdBirthDate, ResidentIdBirthInFuture, ResidentIdCharacters, ResidentIdLength,
)  # fmt: skip


def _resident_id(cell: object, on: date) -> ResidentId | BrokenId:
    """This function reads an ID number; one that does not hold is kept for matching to mend."""
    try:
        return resident_id_parse(cell, on=on)
    except MENDABLE as refusal:
        text = broken_text(cell)
        if not text:
            raise
        return BrokenId(text, refusal)


def _cell_read(cell: object, spec: FieldOf, column: Column, on: date) -> Value:
    readers: dict[str, Callable[[], Value]] = {
        "name": lambda: squeezed(_text(cell)),
        "place": lambda: squeezed(_text(cell)),
        "text": lambda: _text(cell),
        "resident_id": lambda: _resident_id(cell, on),
        "day": lambda: _day(cell, spec, on),
        "month": lambda: month_parse(cell),
        "amount": lambda: fen_parse(cell, unit=column.unit),
        "number": lambda: _number(cell),
        "yes_no": lambda: YesNo.parse(cell).label,
        "code": lambda: CODE_LISTS[spec.codes].parse(_text(cell)).label,
    }
    return readers[spec.reads]()


def _birth_check(kind: FeedKind, values: Mapping[str, Value], on: date) -> None:
    birth = values.get(kind.person.birth_date) if kind.person.birth_date else None
    if isinstance(birth, date) and birth > on:
        raise BirthInFuture


def row_read(cells: Sequence[object], *, kind: FeedKind, layout: Layout, number: int, on: date) -> Row:
    """This function reads one row; raises a Refusal whose place names the column."""
    values: dict[str, Value] = {}
    for name, column in layout.fields.items():
        cell = cells[column.index] if column.index < len(cells) else None
        spec = kind.fields[name]
        if is_blank(cell):
            if spec.required and name != kind.person.resident_id:
                raise CellMissing(f"“{column.heading}”没有填写。").at(column=column.heading)
            continue
        try:
            value = _cell_read(cell, spec, column, on)
        except Refusal as refusal:
            raise refusal.at(column=column.heading) from None
        if isinstance(value, BrokenId) and name != kind.person.resident_id:
            raise value.refusal.at(column=column.heading)
        values[name] = value
    try:
        _birth_check(kind, values, on)
    except Refusal as refusal:
        raise refusal.at(column=layout.fields[kind.person.birth_date].heading) from None
    return Row(layout.sheet_number, number, values)
