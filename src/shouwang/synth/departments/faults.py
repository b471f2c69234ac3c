"""Faults as clerks and spreadsheets make them, each noted with its row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from shouwang.synth import shape
from shouwang.synth.departments.cells import Cell, Cells, full_width
from shouwang.synth.departments.content import Kind
from shouwang.synth.draws import pick
from shouwang.synth.words import GIVEN_MEN

Spoil = Callable[[str, np.random.Generator], Cell]

_AMOUNTS = ("医疗费总额（元）", "费用合计（元）", "直接经济损失（元）", "户月保障金额（元）", "补贴金额", "务工月收入")
_AMOUNT_FAULTS = (("amount_negative", 0.002), ("amount_text", 0.002), ("amount_absurd", 0.001))
_DAY_FAULTS = (("day_impossible", 0.002), ("day_text", 0.001))


def _digit_wrong(text: str, rng: np.random.Generator) -> Cell:
    place = int(rng.integers(0, 17))
    return text[:place] + str((int(text[place]) + int(rng.integers(1, 10))) % 10) + text[place + 1 :]


def _swapped(text: str, rng: np.random.Generator) -> Cell:
    places = [place for place in range(6, 16) if text[place] != text[place + 1]]
    if not places:
        return _digit_wrong(text, rng)
    place = places[int(rng.integers(0, len(places)))]
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _numeric(text: str, rng: np.random.Generator) -> Cell:
    return float(text) if text.isdigit() else None


def _blanks(text: str, rng: np.random.Generator) -> Cell:
    how = int(rng.integers(0, 3))
    return (f" {text}", f"{text[:6]} {text[6:14]} {text[14:]}", f"{text}　")[how]


def _old_15(text: str, rng: np.random.Generator) -> Cell:
    return text[:6] + text[8:17] if len(text) == 18 and text[6:8] == "19" else None


_ID_FAULTS: dict[str, Spoil] = {
    "id_missing": lambda text, rng: "",
    "id_digit_wrong": _digit_wrong,
    "id_swapped": _swapped,
    "id_numeric_cell": _numeric,
    "id_full_width": lambda text, rng: full_width(text),
    "id_blanks": _blanks,
    "id_lower_x": lambda text, rng: text.lower() if text.endswith("X") else None,
    "id_old_15": _old_15,
}


def _name_blank(text: str, rng: np.random.Generator) -> Cell:
    return f"{text[0]}　{text[1:]}" if len(text) == 2 else f" {text}"


def _name_wrong(text: str, rng: np.random.Generator) -> Cell:
    characters = "".join(GIVEN_MEN)
    found = characters[int(rng.integers(0, len(characters)))]
    return text[:-1] + found if found != text[-1] else None


_NAME_FAULTS: dict[str, Spoil] = {"name_blank_inside": _name_blank, "name_wrong_character": _name_wrong}


def faults_plant(cells: Cells, *, rng: np.random.Generator, on: date, as_workbook: bool) -> None:
    """This function spoils cells and notes in `cells.faults` what was spoilt; at most one fault of an ID a row."""
    first_id = next((heading for heading, kind in cells.kinds.items() if kind is Kind.ID), None)
    first_name = next((heading for heading, kind in cells.kinds.items() if kind is Kind.NAME), None)
    if first_id:
        _spoil(cells, first_id, _ID_FAULTS, rng, as_workbook=as_workbook)
    if first_name:
        _spoil(cells, first_name, _NAME_FAULTS, rng, as_workbook=as_workbook)
    amount = next((heading for heading in _AMOUNTS if heading in cells.kinds), None)
    if amount:
        _spoil_amounts(cells, amount, rng)
    days = [heading for heading, kind in cells.kinds.items() if kind is Kind.DAY]
    if days:
        _spoil_days(cells, days[0], rng, on)


def _chosen(rng: np.random.Generator, rows: int, names: list[str], rates: list[float]) -> list[tuple[int, str]]:
    """This function draws which rows get which fault."""
    drawn = pick(rng, [*rates, 1.0 - sum(rates)], rows)
    return [(row, names[drawn[row]]) for row in np.flatnonzero(drawn < len(names)).tolist()]


def _spoil(
    cells: Cells, heading: str, spoils: dict[str, Spoil], rng: np.random.Generator, *, as_workbook: bool
) -> None:
    column = cells.columns[heading]
    names = list(spoils)
    for row, name in _chosen(rng, cells.rows, names, [shape.FAULT_RATES[name] for name in names]):
        text = column[row]
        spoilt = spoils[name](text, rng) if isinstance(text, str) and len(text) > 1 else None
        if spoilt is None:
            continue
        if isinstance(spoilt, float) and not as_workbook:
            spoilt = f"{spoilt:.5E}"  # what a spreadsheet writes into a CSV
        column[row] = spoilt
        cells.faults[row].append(name)


def _spoil_amounts(cells: Cells, heading: str, rng: np.random.Generator) -> None:
    column = cells.columns[heading]
    for row, name in _chosen(rng, cells.rows, [n for n, _ in _AMOUNT_FAULTS], [rate for _, rate in _AMOUNT_FAULTS]):
        if column[row] is None:
            continue
        column[row] = {"amount_negative": "-1200.00", "amount_text": "待核实", "amount_absurd": "123456789012"}[name]
        cells.faults[row].append(name)


def _spoil_days(cells: Cells, heading: str, rng: np.random.Generator, on: date) -> None:
    column = cells.columns[heading]
    for row, name in _chosen(rng, cells.rows, [n for n, _ in _DAY_FAULTS], [rate for _, rate in _DAY_FAULTS]):
        if column[row] is None:
            continue
        column[row] = f"{on.year}-02-30" if name == "day_impossible" else "去年秋天"
        cells.faults[row].append(name)
