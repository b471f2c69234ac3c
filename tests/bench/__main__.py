"""Runs the measurements in their order and writes what they gave."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from tests.bench import machine
from tests.bench.house import House, Measured, StepFailed, house
from tests.bench.report import Line, shown, written

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000000"))
WORKBOOKS = [int(size) for size in os.environ.get("BENCH_WORKBOOKS", "25000,100000").split(",") if size]
CASES = int(os.environ.get("BENCH_CASES", "5000"))
# The million, and counties of other cities for the workbooks: made IDs of one city may coincide.
PLACE, COUNTIES = "130529", ("130321", "130434")
ON = "2020-06-30"
TARGET = Path(__file__).parents[2] / "docs" / "benchmarks.md"
CONSOLE = Console(stderr=True)


def main() -> None:
    """This function measures everything once; a folder given by BENCH_ROOT is kept for another run."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    kept = os.environ.get("BENCH_ROOT")
    root = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="shouwang-bench-"))
    try:
        with house(root) as here:
            postgres = str(here.sql("show server_version")[0][0])
            before = machine.load()
            lines = measured(here)
            facts = [*machine.facts(postgres), ("Load before / after (1 min / 5 min)", f"{before}, {machine.load()}")]
    except StepFailed as failure:
        CONSOLE.print(f"[red]这一步没有完成：{failure}[/red]")
        sys.exit(1)
    finally:
        if not kept:
            shutil.rmtree(root, ignore_errors=True)
    shown(lines, people=PEOPLE)
    written(TARGET, lines, facts, people=PEOPLE)
    CONSOLE.print(f"已写入 {TARGET.relative_to(Path.cwd()) if TARGET.is_relative_to(Path.cwd()) else TARGET}")


def measured(here: House) -> list[Line]:
    """This function runs every step and returns one line each."""
    lines: list[Line] = []

    def step(
        name: str, *arguments: object, reach: str = "", tell: Callable[[Measured], str] = lambda _: ""
    ) -> Measured:
        CONSOLE.print(f"{name} …")
        done = here.run(*arguments)
        CONSOLE.print(
            f"    {done.seconds:.1f} s, {done.cpu_seconds:.1f} + {done.database_seconds:.1f} s of processor, "
            f"{done.peak_mib:,.0f} MiB; {tell(done)}"
        )
        lines.append(
            Line(name, done.seconds, done.cpu_seconds, done.database_seconds, done.peak_mib, tell(done), reach)
        )
        return done

    def work(name: str, what: str, *arguments: object, **more: Any) -> Measured:
        return step(name, "-m", "tests.bench.work", what, *arguments, **more)

    county = here.root / "county"
    shutil.rmtree(county, ignore_errors=True)
    step(
        f"synth, {PEOPLE:,} people", "-m", "shouwang", "synth", "--people", PEOPLE, "--place", PLACE, "--seed", 1,
        "--on", ON, "--out", county, reach="≤ 60 s, ≤ 2 GB",
    )  # fmt: skip
    here.run("-m", "tests.bench.work", "prepare", *(f"{place}000000" for place in (PLACE, *COUNTIES)))
    work(
        "load into the database by COPY", "load", county,
        tell=lambda m: f"{m.told['rows']:,} rows, {m.told['rows'] / m.seconds:,.0f} a second",
    )  # fmt: skip
    CONSOLE.print("analyze …")
    here.sql("vacuum analyze")
    step(
        "screen, files alone", "-m", "shouwang", "screen", "--register", county, "--feeds", county, "--pack",
        "xingtai", "--on", ON, "--out", here.root / "out",
    )  # fmt: skip
    work("snapshot by ADBC", "snapshot", tell=lambda m: f"{m.told['rows']:,} rows")
    work(
        "screen in the database (snapshot, rules, warnings stored)", "screening",
        tell=lambda m: f"{m.told['households']:,} households, {m.told['warnings']:,} warnings",
    )  # fmt: skip
    work(
        f"open cases from warnings (up to {CASES:,})", "collect", CASES,
        tell=lambda m: f"{m.told['opened']:,} opened, {m.told['joined']:,} joined, {m.told['held']:,} held: "
        f"{m.seconds * 1000 / max(1, m.told['opened'] + m.told['joined']):.0f} ms each",
    )  # fmt: skip
    here.sql("analyze")
    _milliseconds(lines, "search", here.run("-m", "tests.bench.work", "search", county), reach="p95 ≤ 150 ms")
    _milliseconds(lines, "page", here.run("-m", "tests.bench.work", "pages"), reach="p95 ≤ 150 ms")
    medical = next((county / "departments").glob("医疗保障局_个人住院*.csv"))
    work(
        "import a department's file (inpatient stays, CSV)", "feed", medical, "inpatient",
        tell=lambda m: f"{m.told['rows']:,} rows, {m.told['rows_per_second']:,} a second, {m.told['taken']:,} taken, "
        f"{m.told['aside']:,} aside",
    )  # fmt: skip
    for people, place in zip(WORKBOOKS, COUNTIES, strict=False):
        folder = here.root / f"workbooks-{people}"
        shutil.rmtree(folder, ignore_errors=True)
        here.run("-m", "shouwang", "synth", "--people", people, "--place", place, "--seed", 2, "--xlsx", "--on", ON,
                 "--out", folder)  # fmt: skip
        work(
            f"import the national system's workbooks, {people:,} people", "workbooks", folder, f"{place}000000",
            tell=lambda m: f"{m.told['rows']:,} rows, {m.told['rows_per_second']:,} a second, "
            f"{m.told['persons']:,} people, {m.told['refused']:,} refused",
        )  # fmt: skip
    return lines


def _milliseconds(lines: list[Line], what: str, done: Measured, *, reach: str) -> None:
    for name, times in done.told.items():
        if "status" in times:
            lines.append(Line(f"{what}: {name}", None, None, None, None, f"answered {times['status']}", reach))
            continue
        told = f"median {times['median']:.0f} ms, p95 {times['p95']:.0f} ms, processor {times['cpu']:.0f} ms"
        lines.append(Line(f"{what}: {name}", None, None, None, None, told, reach))


if __name__ == "__main__":
    main()
