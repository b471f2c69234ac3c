"""Who reads, and how: each yields the rows of a file, all cells as Python values, the heading row among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import python_calamine

from shouwang.kit.tables import tables_open

Rows = Iterable[Iterable[Any]]


def ours(file: Path) -> Iterator[Iterable[Any]]:
    """This function yields the rows as feeds and imports get them."""
    with tables_open(file, name=file.name) as sheets:
        for sheet in sheets:
            for _, cells in sheet.rows:
                yield cells


def duckdb_csv(file: Path) -> Iterator[Iterable[Any]]:
    """This function yields the rows of DuckDB's reader, everything as text."""
    with duckdb.connect() as connection:
        found = connection.execute("FROM read_csv(?, header = false, all_varchar = true)", [str(file)])
        while batch := found.fetchmany(20_000):
            yield from batch


def calamine_xlsx(file: Path) -> Iterator[Iterable[Any]]:
    """This function yields the rows of the first sheet as calamine reads them."""
    book = python_calamine.CalamineWorkbook.from_path(str(file))
    yield from book.get_sheet_by_index(0).iter_rows()


READERS: dict[str, tuple[str, Callable[[Path], Rows]]] = {
    "ours_csv": ("csv", ours),
    "duckdb_csv": ("csv", duckdb_csv),
    "ours_xlsx": ("xlsx", ours),
    "calamine_xlsx": ("xlsx", calamine_xlsx),
}


def cells_same(row: Iterable[Any]) -> tuple[str, ...]:
    """This function returns a row's cells as texts, empty where there is nothing, without empty ones at the end."""
    texts = ["" if cell is None else str(cell) for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)
