"""Two answers beside each other: a peer is timed only when it says what our engine says."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from bench.data import NAMES
from bench.screening.task import ANSWER


def keyed(answer: pa.Table, population: Path) -> pa.Table:
    """This function returns an answer in its declared columns, a household by its key where it is told by an ID."""
    with duckdb.connect() as connection:
        connection.register("answer", answer)
        rows = "answer"
        if "household_id" in answer.column_names:
            names = population / NAMES / "household.parquet"
            rows = f"answer JOIN '{names}' ON head_resident_id = household_id"
        found = connection.sql(f"SELECT {', '.join(ANSWER.names)} FROM {rows}").to_arrow_table()
    return found.cast(ANSWER)


def differences(ours: pa.Table, theirs: pa.Table, *, limit: int = 5) -> list[str]:
    """This function returns rows that only one of two answers has, as texts; none when they agree row for row."""
    with duckdb.connect() as connection:
        connection.register("ours", ours.select(ANSWER.names))
        connection.register("theirs", theirs.select(ANSWER.names))
        return [
            f"{who}: {row}"
            for who, one, other in (("only ours", "ours", "theirs"), ("only theirs", "theirs", "ours"))
            for row in connection.sql(f"FROM {one} EXCEPT ALL FROM {other} ORDER BY ALL LIMIT {limit}").fetchall()
        ]
