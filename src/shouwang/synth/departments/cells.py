"""From clean content to the cells of a file: rows shuffled, doubled, strange; values as offices write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shouwang.synth import shape
from shouwang.synth.departments.content import Kind, Part, Sheet
from shouwang.synth.draws import Ints, chance, pick
from shouwang.synth.names import names_draw
from shouwang.synth.numbers import NumberIssuer, texts
from shouwang.synth.persons import day_number, full_years
from shouwang.synth.places import Place, city_prefixes

Cell = str | int | float | date | None
DATE_STYLES = ("2020-06-30", "2020/6/30", "2020.6.30", "2020年6月30日", "20200630")


@dataclass
class Cells:
    """The body of a file: columns of cells, whose row each is, and what was planted in it."""

    sheet: Sheet
    columns: dict[str, list[Cell]]
    kinds: dict[str, Kind]
    person: list[int]
    household: list[int]
    event: list[int]
    faults: list[list[str]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.person)


def cells_make(
    sheet: Sheet,
    parts: Sequence[Part],
    *,
    rng: np.random.Generator,
    issuer: NumberIssuer,
    place: Place,
    on: date,
    as_workbook: bool,
) -> Cells:
    """This function joins the parts of all blocks, doubles some rows, adds strangers, shuffles, writes values."""
    keys = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ("person", "household", "event")}
    count = len(keys["person"])
    doubled = np.flatnonzero(chance(rng, shape.FAULT_RATES["duplicate"], count))
    strange = np.flatnonzero(chance(rng, shape.FAULT_RATES["stranger"], count))
    rows = np.concatenate([np.arange(count), doubled, strange])
    origin = np.repeat([0, 1, 2], [count, len(doubled), len(strange)])
    order = rng.permutation(len(rows))
    rows, origin = rows[order], origin[order]
    columns: dict[str, list[Cell]] = {}
    kinds: dict[str, Kind] = {}
    filled = parts[0].columns if parts else {}
    for heading in sheet.headings:
        if heading not in filled:
            columns[heading], kinds[heading] = [None] * len(rows), Kind.TEXT
            continue
        kinds[heading] = filled[heading].kind
        values = (
            pa.chunked_array([part.columns[heading].values for part in parts]).combine_chunks().take(pa.array(rows))
        )
        columns[heading] = _written(kinds[heading], values, rng, as_workbook=as_workbook)
    if "序号" in columns:
        columns["序号"] = list(range(1, len(rows) + 1)) if as_workbook else [str(n) for n in range(1, len(rows) + 1)]
    known = {name: np.where(origin == 2, 0, values[rows]).tolist() for name, values in keys.items()}
    faults = [[] if kind == 0 else ["duplicate"] if kind == 1 else ["stranger"] for kind in origin.tolist()]
    cells = Cells(sheet, columns, kinds, known["person"], known["household"], known["event"], faults)
    _strangers(cells, np.flatnonzero(origin == 2), rng, issuer, place, on)
    return cells


def _strangers(
    cells: Cells, rows: Ints, rng: np.random.Generator, issuer: NumberIssuer, place: Place, on: date
) -> None:
    """This function gives rows of people who are not in the register names and numbers of their own."""
    size = len(rows)
    birth = day_number(on) - rng.integers(3_000, 30_000, size)
    sex = rng.integers(0, 2, size)
    city = np.full(size, city_prefixes(place.villages[:1])[0])
    numbers = texts(issuer.resident_ids(city, birth, sex)).to_pylist()
    names = names_draw(rng, rng.integers(0, 40, size), sex, full_years(birth, on)).to_pylist()
    own: dict[str, list[Cell]] = {
        "性别": [("女", "男")[one] for one in sex.tolist()],
        "出生日期": [day.isoformat() for day in birth.astype("datetime64[D]").tolist()],
        "年龄": [str(years) for years in full_years(birth, on).tolist()],
    }
    for heading, kind in cells.kinds.items():
        values = numbers if kind is Kind.ID else names if kind is Kind.NAME else own.get(heading)
        if values is not None:
            for row, value in zip(rows.tolist(), values, strict=True):
                cells.columns[heading][row] = value


def _written(kind: Kind, values: pa.Array, rng: np.random.Generator, *, as_workbook: bool) -> list[Cell]:
    if kind is Kind.FEN:
        return [*amounts(values, rng, as_workbook=as_workbook)]
    if kind is Kind.DAY:
        return [*day_cells(values, rng, as_workbook=as_workbook)]
    if kind is Kind.MONTH:
        style = int(rng.integers(0, 3))
        return [(f"{d:%Y%m}", f"{d:%Y-%m}", f"{d.year}年{d.month}月")[style] for d in values.to_pylist()]
    if kind is Kind.COUNT and not as_workbook:
        return [*pc.cast(values, pa.string()).to_pylist()]
    return [*values.to_pylist()]


def amounts(values: pa.Array, rng: np.random.Generator, *, as_workbook: bool) -> list[Cell]:
    """This function writes amounts: plain, with separators, with 元, in full-width digits; numbers in workbooks."""
    fens = values.to_pylist()
    style = pick(rng, (88, 7, 3, 2), len(fens)).tolist()
    result: list[Cell] = []
    for fen, how in zip(fens, style, strict=True):
        if fen is None:
            result.append(None)
        elif how == 0 and as_workbook:
            result.append(fen / 100)
        else:
            text = f"{fen // 100}.{fen % 100:02d}"
            if how == 1:
                text = f"{fen // 100:,}.{fen % 100:02d}"
            elif how == 2:
                text += "元"
            elif how == 3:
                text = full_width(text)
            result.append(text)
    return result


def day_text(day: date, style: int) -> str:
    """This function writes a day in one of the five styles."""
    if style == 0:
        return day.isoformat()
    if style == 3:
        return f"{day.year}年{day.month}月{day.day}日"
    if style == 4:
        return f"{day:%Y%m%d}"
    return f"{day.year}/{day.month}/{day.day}" if style == 1 else f"{day.year}.{day.month}.{day.day}"


def day_cells(values: pa.Array, rng: np.random.Generator, *, as_workbook: bool) -> list[Cell]:
    """This function writes days: one style a column, every eighth cell in another; date cells in workbooks."""
    days = values.to_pylist()
    main = int(rng.integers(0, len(DATE_STYLES)))
    other = chance(rng, 0.12, len(days)).tolist()
    style = rng.integers(0, len(DATE_STYLES), len(days)).tolist()
    result: list[Cell] = []
    for day, differs, how in zip(days, other, style, strict=True):
        if day is None:
            result.append(None)
        elif as_workbook and not differs and main < 2:
            result.append(day)
        else:
            result.append(day_text(day, how if differs else main))
    return result


def full_width(text: str) -> str:
    """This function turns half-width signs into full-width ones."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)
