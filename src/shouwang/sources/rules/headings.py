"""Finding the heading row of a department's table and what each column is.

Headings stand under banner rows, may take up to three rows with merged cells, and vary in spelling. A column is
recognised by its own heading, or by the heading above it joined with its own (费用 over 总额 is 费用总额).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from shouwang.kit.errors import Refusal
from shouwang.kit.texts import numbers_hidden, squeezed
from shouwang.sources.rules.kinds import FeedKind

SEARCHED_ROWS = 30
DEEPEST = 3
UNUSED = ""
_UNIT = re.compile(r"\((?:单位[::]?)?(元|万元|角|分|百元|千元|平方米|月|年|人|户|%)\)")
_NOISE = re.compile(r"[()\[\]【】<>《》“”\"'*、,.:;·/\\_\-#]")
_MONEY_UNIT = re.compile(r"\((?:单位[::]?)?(万元|千元|百元|元|角|分)(?:/\w+)?\)")


class HeadingsNotFound(Refusal):
    """No row of the sheet looks like the heading row of this kind of table."""

    def __init__(self, kind: FeedKind) -> None:
        wanted = "、".join(f"“{field.heading}”" for field in kind.fields.values() if field.required)
        super().__init__(f"没有认出“{kind.name}”的表头。表头行里应有{wanted}这些列，请核对是不是选错了表。")


@dataclass(frozen=True)
class Column:
    """One column: where it stands (from 0), what its heading says, and the field it is ('' = not used)."""

    index: int
    heading: str
    field: str = UNUSED
    unit: str = "元"

    @property
    def letter(self) -> str:
        """The column's letter as a spreadsheet shows it."""
        letters, number = "", self.index + 1
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(65 + rest) + letters
        return letters


@dataclass(frozen=True)
class Layout:
    """One sheet as it will be read; `heading_row` counts from 1, the data begin in the row after it."""

    sheet: str
    sheet_number: int
    heading_row: int
    columns: tuple[Column, ...]

    @property
    def fields(self) -> dict[str, Column]:
        """The columns in use by field."""
        return {column.field: column for column in self.columns if column.field}

    def missing(self, kind: FeedKind) -> tuple[str, ...]:
        """This function returns the headings of required fields that no column holds."""
        known = self.fields
        lacking = [name for name, field in kind.fields.items() if field.required and name not in known]
        person = kind.person
        if person.resident_id in lacking and all(
            name and name in known for name in (person.name, person.birth_date, person.village)
        ):
            lacking.remove(person.resident_id)
        return tuple(kind.fields[name].heading for name in lacking)

    def as_json(self) -> dict[str, Any]:
        """This function returns the layout as it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Layout:
        """This function reads a stored layout."""
        columns = tuple(Column(**column) for column in body["columns"])
        return cls(body["sheet"], body["sheet_number"], body["heading_row"], columns)

    def with_fields(self, fields: Mapping[int, str]) -> Layout:
        """This function returns the layout with the fields of some columns corrected."""
        columns = tuple(replace(column, field=fields.get(column.index, column.field)) for column in self.columns)
        return replace(self, columns=columns)


def heading_key(text: object) -> str:
    """This function returns a heading as it is compared: half-width, without blanks, marks and units."""
    plain = _UNIT.sub("", squeezed(str(text or "")))
    return _NOISE.sub("", plain).upper()


def _unit(text: str) -> str:
    found = _MONEY_UNIT.search(squeezed(text))
    return found[1] if found else "元"


def _known(kind: FeedKind, remembered: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """This function returns heading key → (rank, field); a lower rank wins where two columns want one field."""
    index: dict[str, tuple[int, str]] = {}
    for name, field in kind.fields.items():
        for rank, heading in enumerate(field.headings):
            key = heading_key(heading)
            offer = (1 + min(rank, 50), name)
            if key and (key not in index or offer[0] < index[key][0]):
                index[key] = offer
    for key, name in remembered.items():
        index[key] = (0, name)
    # 就医时间 over 开始 is 就医开始时间: the same signs in another order, when nothing better fits.
    for key, (rank, name) in list(index.items()):
        index.setdefault(_signs(key), (rank + 100, name))
    return index


def _signs(key: str) -> str:
    return "~" + "".join(sorted(key))


def _texts(row: Sequence[object]) -> list[str]:
    return [str(cell).strip() if cell is not None and not isinstance(cell, int | float) else "" for cell in row]


def _spread(row: list[str], below: list[str], width: int) -> list[str]:
    """This function repeats a merged heading over the columns below it that have headings of their own."""
    spread, current = [], ""
    for index in range(width):
        text = row[index] if index < len(row) else ""
        own = below[index] if index < len(below) else ""
        current = text or (current if own else "")
        spread.append(text or current)
    return spread


def _stacked(rows: Sequence[list[str]]) -> list[tuple[str, ...]]:
    """This function returns, per column, the headings to try: joined from the top, then the lowest alone."""
    width = max((len(row) for row in rows), default=0)
    lowest = [*rows[-1], *[""] * (width - len(rows[-1]))]
    above = list(rows[:-1])
    spreads: list[list[str]] = []
    below = lowest
    for row in reversed(above):
        spreads.insert(0, _spread(row, below, width))
        below = spreads[0]
    found: list[tuple[str, ...]] = []
    for index in range(width):
        parts = [spread[index] for spread in spreads if spread[index]]
        own = lowest[index]
        joined = "".join(dict.fromkeys([*parts, own])) if own else (parts[-1] if parts else "")
        found.append((joined, own) if own and own != joined else (joined,))
    return found


def _assigned(headings: list[tuple[str, ...]], known: Mapping[str, tuple[int, str]]) -> tuple[tuple[Column, ...], int]:
    """This function gives each column its field; returns the columns and how many were recognised."""
    offers: list[tuple[int, int, int, str, str]] = []
    for index, texts in enumerate(headings):
        for position, text in enumerate(texts):
            key = heading_key(text)
            offer = known.get(key) or (known.get(_signs(key)) if len(texts) > 1 and not position else None)
            if offer:
                offers.append((offer[0], position, index, offer[1], text))
    fields: dict[int, tuple[str, str]] = {}
    taken: set[str] = set()
    for _, _, index, field, text in sorted(offers):
        if index in fields or field in taken:
            continue
        fields[index] = (field, text)
        if field:
            taken.add(field)
    columns = []
    for index, texts in enumerate(headings):
        field, text = fields.get(index, (UNUSED, texts[0]))
        if text:
            columns.append(Column(index, numbers_hidden(text)[:100], field, _unit(" ".join(texts))))
    return tuple(columns), len(taken)


def layout_find(
    rows: Sequence[Sequence[object]],
    kind: FeedKind,
    *,
    sheet: str = "",
    sheet_number: int = 0,
    remembered: Mapping[str, str] | None = None,
    numbers: Sequence[int] | None = None,
) -> Layout:
    """This function finds the heading row among the first rows of a sheet; raises HeadingsNotFound.

    `numbers` are the rows' numbers in the sheet where some are left out; without them they count from 1. Of several
    candidates the one that recognises most columns wins, then the one of fewer rows, then the upper one.
    """
    known = _known(kind, remembered or {})
    best: tuple[int, int, int] | None = None
    chosen: Layout | None = None
    texts = [_texts(row) for row in rows[:SEARCHED_ROWS]]
    for last in range(len(texts)):
        for depth in range(1, min(DEEPEST, last + 1) + 1):
            columns, recognised = _assigned(_stacked(texts[last - depth + 1 : last + 1]), known)
            score = (recognised, -depth, -last)
            if recognised and (best is None or score > best):
                best, chosen = score, Layout(sheet, sheet_number, numbers[last] if numbers else last + 1, columns)
    if chosen is None or best is None or best[0] < 2:
        raise HeadingsNotFound(kind)
    return chosen
