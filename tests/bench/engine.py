"""The engine beside others, and reading: `python -m tests.bench.engine [reading] [PEOPLE …]` writes docs/benchmarks.md.

Each population and the reading has a section of its own, so that they can be measured apart. BENCH_DATA names a folder
in which made files are kept, BENCH_ROUNDS the number of rounds, BENCH_ONLY (names, by comma) whom to measure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from tests.bench import machine
from tests.bench.sections import section_write

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "benchmarks.md"
ROUNDS = os.environ.get("BENCH_ROUNDS", "5")
ONLY = ("--only", os.environ["BENCH_ONLY"]) if os.environ.get("BENCH_ONLY") else ()
PACKAGES = ("duckdb", "pyarrow", "polars", "pandas", "openfisca-core", "zen-engine", "python-calamine")
POPULATIONS = (1_000_000, 7_000_000)
MOST_GROWTH, MOST_MB, MOST_COMPILE_S = 7.5, 1500, 0.3
CONSOLE = Console(stderr=True)


@dataclass(frozen=True)
class Reach:
    """A ratio that is to be reached, in words."""

    ratio: str
    most: float
    said: str


REACHES = (
    Reach("screening/hand_written", 1.1, "full run ÷ best hand-written query on the same files"),
    Reach("screening/hand_written_text", 0.6, "full run ÷ the same query on text-keyed files"),
    Reach("screening/polars", 1.0, "full run ÷ Polars"),
    Reach("what_if/full_run", 0.15, "one what-if on cached facts ÷ full run"),
    Reach("what_if_twenty/full_run", 1.0, "twenty what-ifs ÷ full run"),
    Reach("next_day/full_run", 0.25, "next day, 1 % of households changed, list given ÷ full run"),
    Reach("reading/duckdb_csv", 2.0, "CSV: ours ÷ DuckDB's reader, all cells as Python values"),
    Reach("reading/calamine_xlsx", 1.3, "XLSX: ours ÷ calamine"),
)
ABOUT = """`shouwang bench screening --people {people}`: {warnings:,} warnings under the pack of 邢台 (seven triggers,
areas with amounts of their own, no evidence handled before), on a made population of one city. The same answer, row for
row, with type, trigger, cause, amount in fen and threshold: {same}. Ours gives evidence, flags and the whole fact row
of every warning besides. `ours` reads the pack too and finds the snapshot checked, as every run but the first does;
`first_sight` hashes and checks it. `zen` judges a sample, its facts given for nothing, scaled to all households.
`next_day` starts from the run of the day before. Every figure is the median of {rounds} rounds in turns, each in a
process of its own."""

# Taken step by step in one process on the workbook of the bench.
ADDED = """What ours adds to calamine's 2.05 processor seconds for the workbook: looking through the archive 0.23,
turning rows into columns and packing them 0.34, unpacking them and turning them into rows 0.29, starting
the child 0.05."""


def main() -> None:
    """This function measures what is asked for, everything if nothing is, and writes each section when it is there."""
    asked = sys.argv[1:] or ["reading", *map(str, POPULATIONS)]
    with tempfile.TemporaryDirectory(prefix="shouwang-engine-") as name:
        data = Path(os.environ.get("BENCH_DATA", name))
        for what in asked:
            if what == "reading":
                section_write(TARGET, "Reading files", "\n".join(_reading(data)))
            else:
                section_write(TARGET, f"Screening {int(what)} people", "\n".join(_screening(data, int(what))))
            CONSOLE.print(f"已写入 {TARGET.name}：{what}")


def _measured(what: str, data: Path, *more: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "result.json"
        command = [sys.executable, "-m", "shouwang", "bench", what, "--rounds", ROUNDS, "--data", str(data)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        subprocess.run([*command, *more, "--json", str(file)], cwd=ROOT, env=environment, check=True)
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found


def _screening(data: Path, people: int) -> list[str]:
    before = machine.load()
    found = _measured("screening", data, "--people", str(people), *ONLY)
    rows = {row["name"]: row for row in found["results"]}
    verdicts = _verdicts(found)
    memory = rows["screening/ours"]["rss_mb"]
    verdicts.append(("full run, largest memory in MB", f"≤ {MOST_MB:,}", f"{memory:,.0f}", _said(memory <= MOST_MB)))
    if compiled := rows.get("screening/compile"):
        seconds = f"{compiled['wall_s']:.2f} s, processor {compiled['cpu_s']:.2f} s"
        verdicts.append(("compiling the pack", f"≤ {MOST_COMPILE_S} s", seconds, _both(compiled, MOST_COMPILE_S)))
    if people > POPULATIONS[0]:
        verdicts.append(_growth(data, people))
    text = ABOUT.format(
        people=people, warnings=found["warnings"], rounds=found["rounds"], same=", ".join(found["same_answer"])
    )
    return [*text.splitlines(), "", *_facts(before), *_table(found), *_reached(verdicts), *_profile(data, people)]


def _growth(data: Path, people: int) -> tuple[str, str, str, str]:
    """This function measures the full run at both sizes in turns and returns the line about its growth."""
    from bench.data import KEYS, population_made
    from bench.measure import median_of, rounds_run

    commands = {
        str(size): ("bench.screening.work", "ours", population_made(data, size) / KEYS)
        for size in (POPULATIONS[0], people)
    }
    told = rounds_run(commands, rounds=int(ROUNDS))
    small, large = (median_of(name, told[name]) for name in commands)
    wall, cpu = large.wall_s / small.wall_s, large.cpu_s / small.cpu_s
    limit = MOST_GROWTH * people / 7_000_000
    said = _both({"wall_s": wall, "cpu_s": cpu}, limit)
    return f"{people:,} ÷ {POPULATIONS[0]:,} people", f"≤ {limit:g}", f"{wall:.2f}, processor {cpu:.2f}", said


def _reading(data: Path) -> list[str]:
    before = machine.load()
    found = _measured("reading", data)
    about = (
        f"`shouwang bench reading`: {found['csv_rows']:,} CSV rows and {found['xlsx_rows']:,} XLSX rows of fourteen"
        f" columns, every cell handed to Python; the cells of both readers agree. Ours reads in a limited child"
        f" process, looks through the archive for bombs first and tries the encoding on the whole file; memory is that"
        f" of the process that asks. Medians of {found['rounds']} rounds in turns."
    )
    return [about, "", *_facts(before), *_table(found), *_reached(_verdicts(found)), ADDED]


def _verdicts(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    lines = []
    for reach in REACHES:
        if reach.ratio in found["ratios"]:
            wall, cpu = found["ratios"][reach.ratio], found["ratios_cpu"][reach.ratio]
            said = _both({"wall_s": wall, "cpu_s": cpu}, reach.most)
            lines.append((reach.said, f"≤ {reach.most:g}", f"{wall:.2f}, processor {cpu:.2f}", said))
    return lines


def _both(row: dict[str, Any], most: float) -> str:
    by_clock, by_processor = row["wall_s"] <= most, row["cpu_s"] <= most
    if by_clock is by_processor:
        return _said(by_clock)
    return "by the clock only" if by_clock else "by processor seconds only"


def _said(is_reached: bool) -> str:
    return "reached" if is_reached else "**not reached**"


def _facts(before: str) -> list[str]:
    versions = []
    for package in PACKAGES:
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            versions.append(f"{package} not installed")
    facts = [fact for fact in machine.facts("") if fact[0] not in {"PostgreSQL", "Packages"}]
    facts += [("Packages", ", ".join(versions)), ("Load before / after", f"{before}, {machine.load()}")]
    return ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts), ""]


def _table(found: dict[str, Any]) -> list[str]:
    lines = ["| | Seconds | Processor seconds | Memory, MB | Ours ÷ | by processor |", "|---|---:|---:|---:|---:|---:|"]
    for row in found["results"]:
        ratio, cpu = (found[key].get(row["name"]) for key in ("ratios", "ratios_cpu"))
        shown = [f"{value:.2f}" if value is not None else "" for value in (ratio, cpu)]
        lines.append(
            f"| {row['name']} | {row['wall_s']:.2f} | {row['cpu_s']:.2f} | {row['rss_mb']:,.0f} | {' | '.join(shown)} |"
        )
    skipped = [f"Not installed, so left out: {', '.join(found['skipped'])}.", ""] if found.get("skipped") else []
    return [*lines, "", *skipped]


def _reached(verdicts: Sequence[tuple[str, str, str, str]]) -> list[str]:
    head = ["| To reach | At most | Found | |", "|---|---:|---:|---|"]
    return [*head, *(f"| {' | '.join(line)} |" for line in verdicts), ""]


def _profile(data: Path, people: int) -> list[str]:
    from bench.data import KEYS, population_made
    from bench.measure import process_run

    told = process_run("bench.screening.profile", population_made(data, people) / KEYS)
    parts: dict[str, float] = told["parts"]
    shown = [(name, spent) for name, spent in parts.items() if spent >= 0.02 * told["cpu_s"]]
    rest = told["cpu_s"] - sum(spent for _, spent in shown)
    return [*_profile_lines([*shown, ("all else", rest)], told["cpu_s"])]


def _profile_lines(parts: Iterable[tuple[str, float]], whole: float) -> list[str]:
    said = ", ".join(f"{name} {spent:.2f} ({spent / whole:.0%})" for name, spent in parts)
    return [f"Where a full run spends its {whole:.1f} processor seconds: {said}."]


if __name__ == "__main__":
    main()
