"""The readers of the bench read the same cells."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from bench.reading.data import HEADINGS, csv_made, xlsx_made
from bench.reading.readers import READERS, cells_same

FILES = {"csv": csv_made, "xlsx": xlsx_made}


def cells(rows: Iterable[Iterable[Any]]) -> list[tuple[str, ...]]:
    return [cells_same(row) for row in rows]


@pytest.mark.parametrize(("ours", "theirs"), [("ours_csv", "duckdb_csv"), ("ours_xlsx", "calamine_xlsx")])
def test_our_reader_and_the_other_give_the_same_cells(ours: str, theirs: str, tmp_path: Path) -> None:
    kind, read = READERS[ours]
    file = FILES[kind](tmp_path, 4_000)  # more than one chunk
    found = cells(read(file))
    assert found == cells(READERS[theirs][1](file))
    assert found[0] == HEADINGS
    assert len(found) == 4_001
