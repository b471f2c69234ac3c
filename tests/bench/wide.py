"""Searches of a city over seven million people: `python -m tests.bench.wide`; writes its section of docs/benchmarks.md.

A county of a million invented people is loaded as in the main bench and repeated inside the database under the slots of
six more counties: other numbers, the same names, so that every namesake is met seven times. What a search reads is
repeated (people, households, membership, residence, states of households, identifiers), incomes are not. The copies'
sealed numbers are opened under the context of the row they were copied from, which costs the same.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from tests.bench import machine
from tests.bench.house import House, StepFailed, house
from tests.bench.sections import section_write

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000000"))
PLACE, OTHERS = "130529", ("130522", "130523", "130524", "130525", "130528", "130530")
APART = 10_000_000
TARGET = Path(__file__).parents[2] / "docs" / "benchmarks.md"
CONSOLE = Console(stderr=True)

# Table → what its copies write instead of the column of that name; {k} is the copy's number, {d} its distance in slots.
COPIED = {
    "register_household": {"number": "number || '-{k}'"},
    "register_person": {"number": "number || '-{k}'", "merged_into_id": "null"},
    "register_residence": {"place": "place + {d}"},
    "register_membership": {},
    "register_householdstate": {},
    "register_identifier": {"blind": "sha256(blind || decode(lpad(to_hex({k}), 2, '0'), 'hex'))"},
}


def main() -> None:
    """This function measures once; a folder given by BENCH_ROOT is kept, and its counties used again."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    kept = os.environ.get("BENCH_ROOT")
    root = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="shouwang-wide-"))
    try:
        with house(root) as here:
            filled(here)
            people = here.sql("select count(*) from register_person")[0][0]
            before = machine.load()
            lines = [
                *table("The city's viewer, all counties", here.run("-m", "tests.bench.wide", "city").told),
                *table("The clerk of one county", here.run("-m", "tests.bench.wide", "county").told),
            ]
            facts = [*machine.facts(str(here.sql("show server_version")[0][0])), ("Load before", before)]
    except StepFailed as failure:
        CONSOLE.print(f"[red]这一步没有完成：{failure}[/red]")
        sys.exit(1)
    finally:
        if not kept:
            shutil.rmtree(root, ignore_errors=True)
    head = ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts), ""]
    told = f"`python -m tests.bench.wide`: {people:,} people in {1 + len(OTHERS)} counties of one city."
    section_write(TARGET, "Search over a city", "\n".join([told, "", *head, *lines]))
    CONSOLE.print("\n".join(lines))


def filled(here: House) -> None:
    """This function loads the county and repeats it, unless the folder holds them already."""
    if (here.root / "repeated").exists():
        return
    county = here.root / "county"
    shutil.rmtree(county, ignore_errors=True)
    here.run("-m", "shouwang", "synth", "--people", PEOPLE, "--place", PLACE, "--seed", 1, "--out", county)
    here.run("-m", "tests.bench.work", "prepare", f"{PLACE}000000")
    here.run("-m", "tests.bench.work", "load", county)
    for table_name in COPIED:
        for (constraint,) in here.sql(
            f"select conname from pg_constraint where contype = 'x' and conrelid = '{table_name}'::regclass"
        ):
            here.sql(f"alter table {table_name} drop constraint {constraint}")
    for number, place in enumerate(OTHERS, 1):
        CONSOLE.print(f"copy {number} …")
        for table_name in COPIED:
            here.sql(_copying(here, table_name, number, (int(place) - int(PLACE)) * 1_000_000))
    here.sql("vacuum analyze")
    (here.root / "repeated").touch()


def _copying(here: House, table_name: str, number: int, distance: int) -> str:
    columns = [
        name
        for (name,) in here.sql(
            "select column_name from information_schema.columns where table_schema = 'public'"
            f" and table_name = '{table_name}' and is_generated = 'NEVER' order by ordinal_position"
        )
    ]
    written = {
        "id": f"id + {number * APART}",
        "slot": f"slot + {distance}",
        "household_id": f"household_id + {number * APART}",
        "person_id": f"person_id + {number * APART}",
        **{name: text.format(k=number, d=distance) for name, text in COPIED[table_name].items()},
    }
    taken = ", ".join(written.get(name, name) for name in columns)
    return (
        "set session_replication_role = replica;"
        f" insert into {table_name} ({', '.join(columns)}) overriding system value"
        f" select {taken} from {table_name} where id < {APART}"
    )


def searches(whose: str) -> dict[str, Any]:
    """This function times every kind of search as the viewer of the city, or of the first county."""
    from tests.bench import work

    from shouwang.kit import seal

    sealed_open = seal.KeyRing.open

    def opened(ring: seal.KeyRing, blob: bytes | memoryview, *, context: str) -> str:
        table_name, _, row = context.partition(":")
        return sealed_open(ring, blob, context=f"{table_name}:{int(row) % APART}")

    seal.KeyRing.open = opened  # type: ignore[method-assign]
    clerk = work._clerk(work.COUNTY)
    if whose == "city":
        area = work._area(work.CITY)
        clerk = replace(clerk, ranges=((area.lo, area.hi),))
    work._clerk = lambda *_, **__: clerk  # type: ignore[assignment]
    return work.search(str(Path(os.environ["SHOUWANG_VAR_DIR"]).parent / "county"))


def table(title: str, told: dict[str, Any]) -> list[str]:
    """This function returns a viewer's searches as a table in Markdown."""
    return [
        f"| {title} | Median, ms | p95, ms | Processor, ms | To reach |", "|---|---:|---:|---:|---|",
        *(f"| {name} | {times['median']:.0f} | {times['p95']:.0f} | {times['cpu']:.0f} | p95 ≤ 150 ms |"
          for name, times in told.items()), "",
    ]  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        import django

        django.setup()
        sys.stdout.write(json.dumps(searches(sys.argv[1])) + "\n")
    else:
        main()
