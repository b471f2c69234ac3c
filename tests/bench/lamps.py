"""Lamps by area from kept counts beside counting: `python -m tests.bench.lamps`, BENCH_LAMP_CASES cases by COPY."""

from __future__ import annotations

import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
from tests.bench import machine
from tests.bench.house import House, house
from tests.bench.sections import section_write

from shouwang.config.roles import DATABASE
from shouwang.kit.dates import SHANGHAI

CASES = int(os.environ.get("BENCH_LAMP_CASES", "1000000"))
ROUNDS = 7
TARGET = Path(__file__).parents[2] / "docs" / "benchmarks.md"
CITY, COUNTIES, TOWNS, VILLAGES = 130500000000, 19, 10, 27  # 5,130 villages, as many as 邢台 has
TODAY = date(2020, 6, 30)
COLUMNS = (
    "slot, household_id, pack_version_id, procedure, stage, stage_name, act, holder_kind, holder_roles,"
    " barred_user_ids, is_returned, stage_since_at, is_due_provisional, opened_at, opened_on, assisted_at, visited_at,"
    " closed_at, closed_on, outcome, end_key, end_name, end_reason, version, sent_at, approved_at"
)


def load(here: House) -> float:
    """This function makes the cases by COPY, the triggers at work, and returns the seconds of the server."""
    rng = random.Random(1)
    before = here.database_seconds()
    with psycopg.connect(here.cluster.url(DATABASE)) as admin:
        version = admin.execute(
            "insert into standards_packversion (place, name, digest, files, changes, loaded_at, loaded_by)"
            " values ('x', 'x', 'x', '{}', '[]', now(), 'x') returning id"
        ).fetchone()
        assert version is not None
        with admin.cursor().copy(f"copy casework_case ({COLUMNS}) from stdin") as copy:
            for number in range(CASES):
                copy.write_row(_row(rng, number, version[0]))
    return here.database_seconds() - before


def _row(rng: random.Random, number: int, version: int) -> list[object]:
    county, town, village = rng.randrange(1, COUNTIES + 1), rng.randrange(1, TOWNS + 1), rng.randrange(1, VILLAGES + 1)
    slot = CITY + county * 10**6 + town * 1000 + village
    opened = TODAY - timedelta(days=rng.randrange(0, 730))
    closed = opened + timedelta(days=rng.randrange(0, 90))
    is_open = closed > TODAY or rng.random() < 0.05
    at = f"{opened} 09:00+08"
    end = None if is_open else f"{closed} 17:00+08"
    outcome = "" if is_open else rng.choice(["HELPED", "HELPED", "HELPED", "REJECTED", "OTHER"])
    hours = [rng.randrange(1, 24 * 5), rng.randrange(24 * 5, 24 * 20), rng.randrange(24 * 20, 24 * 40)]
    began = datetime(opened.year, opened.month, opened.day, 9, tzinfo=SHANGHAI)
    steps = [began + timedelta(hours=each) for each in hours]
    helps = not outcome or outcome == "HELPED"
    return [
        slot, number, version, "p", "s" if is_open else "", "s" if is_open else "", "check" if is_open else "",
        "TOWNSHIP" if is_open else "", "{}", "{}", False, at, False, at, opened, steps[2] if helps else None,
        steps[2] if helps else None, end, None if is_open else closed, outcome, "" if is_open else "e", "", "", 1,
        steps[0], steps[1] if helps else None,
    ]  # fmt: skip


def timed(act: Callable[[], object]) -> float:
    """This function returns the milliseconds of one act."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def compare() -> list[str]:
    """This function measures kept and counted lamps in turns under the walls, and returns the rows of the table."""
    import django

    django.setup()
    from shouwang.casework.selectors.funnel import funnel_counted, funnel_kept, funnel_since
    from shouwang.casework.selectors.lamps import lamp_counts
    from shouwang.casework.selectors.tallies import lamps_kept
    from shouwang.people.access import Kind, Role, Viewer, acting_as

    def one(name: str, lo: int, hi: int, mine: Callable[[], object], other: Callable[[], object]) -> str:
        viewer = Viewer(1, 1, 1, Kind.CITY_CENTRE, "", Role.SUPERVISOR, ((lo, hi),), "x")
        kept: list[float] = []
        counted: list[float] = []
        with acting_as(viewer):
            assert mine() == other()
            for _ in range(ROUNDS):
                kept.append(timed(mine))
                counted.append(timed(other))
        fast, slow = statistics.median(kept), statistics.median(counted)
        return f"| {name} | {fast:,.1f} | {max(kept):,.1f} | {slow:,.1f} | {fast / slow:.3f} |"

    def lamps(name: str, level: int, lo: int, hi: int, when: str, on: date) -> str:
        viewer = Viewer(1, 1, 1, Kind.CITY_CENTRE, "", Role.SUPERVISOR, ((lo, hi),), "x")
        return one(
            f"lamps of a {name}, {when}", lo, hi,
            lambda: lamps_kept(on, level=level, lo=lo, hi=hi), lambda: lamp_counts(viewer, on, level),
        )  # fmt: skip

    def funnel(name: str, level: int, lo: int, hi: int) -> str:
        since = funnel_since(TODAY)
        return one(
            f"funnel of a {name.partition(',')[0]}", lo, hi,
            lambda: funnel_kept(level=level - 1, lo=lo, hi=hi, since=since),
            lambda: funnel_counted(lo=lo, hi=hi, since=since),
        )  # fmt: skip

    places = (
        ("city, its counties", 3, CITY, CITY + 10**8 - 1),
        ("county, its townships", 4, CITY + 10**6, CITY + 2 * 10**6 - 1),
        ("township, its villages", 5, CITY + 10**6 + 1000, CITY + 10**6 + 1999),
    )
    days = (("today", TODAY), ("a year ago", TODAY - timedelta(days=365)))
    return [*(lamps(*place, when, on) for place in places for when, on in days), *(funnel(*place) for place in places)]


def main() -> None:
    """This function loads, folds, measures and writes the section."""
    if sys.argv[1:] == ["compare"]:
        sys.stdout.write("\n".join(compare()) + "\n")
        return
    root = Path(tempfile.mkdtemp(prefix="shouwang-lamps-"))
    try:
        with house(root) as here:
            before = machine.load()
            here.run("-m", "tests.bench.work", "prepare", "130529000000")
            seconds = load(here)
            began = here.database_seconds()
            here.sql("select casework_tallies_fold(), casework_funnel_fold()")
            folded = here.database_seconds() - began
            here.sql("vacuum analyze")
            here.run("-m", "tests.bench.lamps", "compare")
            lines = (root / "step.out").read_text("utf-8").splitlines()
            facts = machine.facts(str(here.sql("show server_version")[0][0]))
            rows = here.sql("select (select count(*) from casework_tally) + (select count(*) from casework_funnel)")[0][
                0
            ]
    finally:
        shutil.rmtree(root, ignore_errors=True)
    table = "\n".join(line for line in lines if line.startswith("|"))
    villages = COUNTIES * TOWNS * VILLAGES
    text = f"""
`python -m tests.bench.lamps`: {CASES:,} made cases of two years in a city of {villages:,} villages, loaded by COPY, the
triggers at work ({seconds:,.0f} s of the server), folded at once ({folded:,.1f} s) into {rows:,} kept rows. Kept counts
and counting in turns, {ROUNDS} rounds, under row-level security; both gave the same answer. To reach: ≤ 100 ms.

| | |
|---|---|
{chr(10).join(f"| {name} | {value} |" for name, value in facts)}
| Load before / after | {before} / {machine.load()} |

| What | Kept, median ms | Kept, worst ms | Counted, median ms | Ratio |
|---|---:|---:|---:|---:|
{table}
"""
    section_write(TARGET, "Lamps by area", text)


if __name__ == "__main__":
    main()
