"""The best hand-written DuckDB queries of the rules over the files that our engine reads, keyed by integers."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from bench.screening.task import CAUSES, Start, Task

TEXT = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


def _texts(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _start(start: Start) -> str:
    whens = "".join(f" WHEN {county} THEN {fen}" for county, fen in start.counties)
    return f"CASE CAST(village_code AS BIGINT) // 1000000{whens} ELSE {start.general} END"


def statements(task: Task, *, key: str) -> list[str]:
    """This function puts the values of the pack into the queries and returns them in order."""
    spans = {"income": task.income, "recent": task.recent, "spending": task.spending}
    text = TEXT.format(
        key=key,
        **{table: task.file(table) for table in ("household", "person", "income", "spending", "status")},
        **{f"{name}_from": span[0] for name, span in spans.items()},
        **{f"{name}_until": span[1] for name, span in spans.items()},
        **{f"{cause}_start": _start(task.starts[cause]) for cause in CAUSES},
        **{
            f"{cause}_least": min(task.starts[cause].general, *(fen for _, fen in task.starts[cause].counties))
            for cause in CAUSES
        },
        today=task.on,
        line=task.line_fen,
        multiple_above=task.multiple.numerator,
        multiple_below=task.multiple.denominator,
        share_above=task.share.numerator,
        share_below=task.share.denominator,
        diseases=_texts(task.diseases),
        schools=_texts(task.schools),
    )
    return text.split(";\n")


def answer(task: Task) -> pa.Table:
    """This function runs the queries and returns the rows of the last."""
    *before, last = statements(task, key="household_key")
    with duckdb.connect() as connection:
        for statement in before:
            connection.execute(statement)
        return connection.sql(last).to_arrow_table()
