"""Matching measured: `python -m tests.bench.matching` writes its section of docs/benchmarks.md.

A made county with twins and namesakes, a truth set of noisy rows (`shouwang synth --truth`), the cascade as the
worker runs it; and how long the exact step takes beside the plain join of the same tables.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from tests.bench import machine
from tests.bench.house import House, StepFailed, house
from tests.bench.sections import section_write

PEOPLE = int(os.environ.get("BENCH_MATCH_PEOPLE", "700000"))
ROWS = int(os.environ.get("BENCH_MATCH_ROWS", "150000"))
NOISY = int(os.environ.get("BENCH_MATCH_NOISY", "20000"))
PLACE = "130529"
TARGET = Path(__file__).parents[2] / "docs" / "benchmarks.md"
CONSOLE = Console(stderr=True)


def main() -> None:
    """This function measures once; a folder given by BENCH_ROOT is kept, and its county used again."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    kept = os.environ.get("BENCH_ROOT")
    root = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="shouwang-match-"))
    try:
        with house(root) as here:
            facts = machine.facts(str(here.sql("show server_version")[0][0]))
            text = measured(here)
    except StepFailed as failure:
        CONSOLE.print(f"[red]这一步没有完成：{failure}[/red]")
        sys.exit(1)
    finally:
        if not kept:
            shutil.rmtree(root, ignore_errors=True)
    head = ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts), ""]
    section_write(TARGET, "Matching", "\n".join([*text[:2], *head, *text[2:]]))
    CONSOLE.print("\n".join(text))


def measured(here: House) -> list[str]:
    """This function makes the county when it is not there yet, runs the measurement and returns the section's lines."""
    county = here.root / "county"
    if not (here.root / "loaded").exists():
        shutil.rmtree(county, ignore_errors=True)
        here.run("-m", "shouwang", "synth", "--people", PEOPLE, "--place", PLACE, "--seed", 11, "--truth", NOISY,
                 "--out", county)  # fmt: skip
        here.run("-m", "tests.bench.work", "prepare", f"{PLACE}000000")
        here.run("-m", "tests.bench.work", "load", county)
        here.sql("vacuum analyze")
        (here.root / "loaded").touch()
    train = ["train"] if "--train" in sys.argv else []
    told = here.run("-m", "tests.bench.match_work", county, ROWS, *train).told
    if "model" in told:
        CONSOLE.print_json(data=told["model"])
    return report(told)


def report(told: dict[str, object]) -> list[str]:
    """This function writes the figures in words and tables."""
    steps, whole, times = told["steps"], told["whole"], told["times"]
    assert isinstance(steps, list) and isinstance(whole, dict) and isinstance(times, dict)
    return [
        f"`python -m tests.bench.matching`: {told['noisy']:,} noisy rows against {told['people']:,} people of one"
        f" county ({told['twins']:,} of them twins of alike names by the same village and birthday);"
        f" {told['strange']:,} rows of people who are not registered, of them twins and namesakes of registered ones.",
        "",
        "| Step | Rows | Right | Wrong | Precision |", "|---|---:|---:|---:|---:|",
        *(f"| {s['step']} | {s['rows']:,} | {s['right']:,} | {s['wrong']:,} | {s['precision']:.5f} |" for s in steps),
        f"| all automatic steps | {whole['rows']:,} | {whole['right']:,} | {whole['wrong']:,} |"
        f" {whole['precision']:.5f} |",
        "",
        "| Of the rows of registered people | Share |", "|---|---:|",
        f"| matched by the automatic steps | {whole['recall_automatic']:.4f} |",
        f"| and the right person first in the queue, in its rough order | {whole['recall_points']:.4f} |",
        f"| and the right person first in the queue, scored by Splink | {whole['recall_splink']:.4f} |",
        f"| and the right person anywhere in the queue | {whole['recall_offered']:.4f} |",
        "",
        f"The queue held {whole['asked']:,} rows with {whole['pairs']:,} pairs; {whole['asked_strange']:,} of the rows"
        " were of people who are not registered. To reach: precision 0.999, recall 0.98. Missed, by what was wrong with"
        f" the row: {whole['missed']}.",
        "",
        f"Time, {times['rows']:,} rows, medians of {times['rounds']} interleaved rounds, seconds on the clock:",
        "",
        "| | Seconds | × plain join |", "|---|---:|---:|",
        *(f"| {name} | {seconds:.2f} | {seconds / times['join']:.2f} |" for name, seconds in times["lines"]),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
