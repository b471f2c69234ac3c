"""The figures as a table on the screen and as a page of the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tests.bench.sections import sections_kept


@dataclass(frozen=True)
class Line:
    """One measured thing; seconds and memory are None where many short calls were timed."""

    name: str
    seconds: float | None
    cpu_seconds: float | None
    database_seconds: float | None
    peak_mib: float | None
    told: str
    reach: str = ""

    @property
    def cells(self) -> list[str]:
        """The line as texts."""

        def number(value: float | None, form: str) -> str:
            return "" if value is None else format(value, form)

        return [
            self.name, number(self.seconds, ".1f"), number(self.cpu_seconds, ".1f"),
            number(self.database_seconds, ".1f"), number(self.peak_mib, ",.0f"),
            self.told, self.reach,
        ]  # fmt: skip


HEAD = ("What", "Seconds", "Processor seconds", "Database's", "Peak memory, MiB", "Figures", "To reach")


def shown(lines: Sequence[Line], *, people: int) -> None:
    """This function prints the table."""
    table = Table(*HEAD, title=f"{people:,} people")
    for line in lines:
        table.add_row(*line.cells)
    Console(width=200 if not Console().is_terminal else None).print(table)


def written(path: Path, lines: Sequence[Line], facts: Sequence[tuple[str, str]], *, people: int) -> None:
    """This function writes the page."""
    text = [
        "# Benchmarks",
        "",
        "Written by `make bench` (`tests/bench`); do not edit the tables by hand. Each step is a process of its own:",
        "seconds on the clock, processor seconds of the process and of the database server meanwhile, the largest",
        "memory of the process. On a busy machine the clock says more about the others than about us: the processor",
        "seconds are the measure then. The database is the embedded PostgreSQL with its ordinary, durable settings.",
        "Searches and pages are calls in one process after one to warm up, as a clerk of the county with all people.",
        "",
        f"A county of {people:,} invented people (`shouwang synth --seed 1`).",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in facts),
        "",
        "| " + " | ".join(HEAD) + " |",
        "|---|---:|---:|---:|---:|---|---|",
        *("| " + " | ".join(line.cells) + " |" for line in lines),
        "",
    ]
    path.write_text("\n".join([*text, sections_kept(path)]), encoding="utf-8")
