"""Batch posting and kept balances: `python -m tests.bench.money`, BENCH_MONEY_POSTINGS postings by COPY first."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
from tests.bench import machine
from tests.bench.house import House, house
from tests.bench.sections import section_write

from shouwang.config.roles import DATABASE

POSTINGS = int(os.environ.get("BENCH_MONEY_POSTINGS", "2000000"))
ENTRIES, SIZE, ROUNDS = 20_000, 2_000, 7
TARGET = Path(__file__).parents[2] / "docs" / "benchmarks.md"
COUNTY = 130529000000
AT, ON = datetime(2020, 7, 1, 2, tzinfo=UTC), date(2020, 7, 1)


def load(here: House) -> None:
    """This function makes two accounts and balanced entries between them by COPY, the triggers at work."""
    with psycopg.connect(here.cluster.url(DATABASE)) as admin:
        ids = [
            row[0]
            for row in admin.execute(
                "insert into funds_account (slot, level, organisation_id, organisation_name, source, purpose, year,"
                " stage, balance_fen, opened_at, opened_by) select %s, 3, 1, 'x', 'CITY', 'x', 2020, s, 0, now(), 'x'"
                " from unnest(array['ORIGIN', 'AVAILABLE']) s returning id",
                [COUNTY],
            ).fetchall()
        ]
        with admin.cursor().copy(
            'copy funds_entry (id, key, kind, slot, organisation_id, "on", at, by, document, note) from stdin'
        ) as copy:
            for number in range(1, POSTINGS // 2 + 1):
                copy.write_row((number, f"load:{number}", "BUDGET", COUNTY, 1, ON, AT, "x", "x", ""))
        with admin.cursor().copy(
            "copy funds_posting (entry_id, account_id, slot, organisation_id, amount_fen) from stdin"
        ) as copy:
            for number in range(1, POSTINGS // 2 + 1):
                copy.write_row((number, ids[0], COUNTY, 1, -number))
                copy.write_row((number, ids[1], COUNTY, 1, number))
        admin.execute("select setval(pg_get_serial_sequence('funds_entry', 'id'), %s)", [POSTINGS])


def measure() -> dict[str, Any]:
    """This function posts in batches and reads a balance, kept and added up, in turns under the walls."""
    import django

    django.setup()
    from django.db.models import Sum

    from shouwang.funds.models import Account, Posting
    from shouwang.funds.services import Movement, entries_post
    from shouwang.people.access import Kind, Role, Viewer, acting_as

    viewer = Viewer(1, 1, 1, Kind.COUNTY_CENTRE, "", Role.CLERK, ((COUNTY, COUNTY + 999_999),), "x")
    with acting_as(viewer):
        out, into = list(Account.objects.order_by("pk"))
    seconds: list[float] = []
    for first in range(0, ENTRIES, SIZE):
        movements = [
            Movement(key=f"bench:{number}", kind="BUDGET", slot=COUNTY, lines=((out.pk, -100), (into.pk, 100)), on=ON)
            for number in range(first, first + SIZE)
        ]
        began = time.perf_counter()
        with acting_as(viewer):
            entries_post(viewer=viewer, movements=movements, at=AT)
        seconds.append(time.perf_counter() - began)
    kept: list[float] = []
    counted: list[float] = []
    with acting_as(viewer):
        for _ in range(ROUNDS):
            began = time.perf_counter()
            balance = Account.objects.get(pk=into.pk).balance_fen
            kept.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            total = Posting.objects.filter(account_id=into.pk).aggregate(all=Sum("amount_fen"))["all"]
            counted.append((time.perf_counter() - began) * 1000)
            assert balance == total
    return {
        "batches": len(seconds), "median": statistics.median(seconds), "total": sum(seconds),
        "kept": statistics.median(kept), "kept_worst": max(kept), "counted": statistics.median(counted),
    }  # fmt: skip


def main() -> None:
    """This function loads, measures and writes the section."""
    if sys.argv[1:] == ["measure"]:
        sys.stdout.write(json.dumps(measure()) + "\n")
        return
    root = Path(tempfile.mkdtemp(prefix="shouwang-money-"))
    try:
        with house(root) as here:
            before = machine.load()
            here.run("-m", "tests.bench.work", "prepare", "130529000000")
            began = here.database_seconds()
            load(here)
            loaded = here.database_seconds() - began
            here.sql("vacuum analyze")
            found = here.run("-m", "tests.bench.money", "measure")
            facts = machine.facts(str(here.sql("show server_version")[0][0]))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    told = found.told
    text = f"""
`python -m tests.bench.money`: {POSTINGS:,} postings of two accounts loaded by COPY, every check at work
({loaded:,.0f} s of the server); then {ENTRIES:,} entries of two postings in batches of {SIZE:,} as a county clerk under
row-level security, each batch a transaction. To reach: ≥ 4,000 entries a second in batch, a balance in ≤ 50 ms.

| | |
|---|---|
{chr(10).join(f"| {name} | {value} |" for name, value in facts)}
| Load before / after | {before} / {machine.load()} |

| | |
|---|---:|
| Entries a second, all batches | {ENTRIES / told["total"]:,.0f} |
| Entries a second, median batch | {SIZE / told["median"]:,.0f} |
| Processor seconds of the database, posting and reading | {found.database_seconds:,.1f} |
| Processor seconds of the client | {found.cpu_seconds:,.1f} |
| Kept balance, median / worst ms | {told["kept"]:,.1f} / {told["kept_worst"]:,.1f} |
| The same added up, median ms | {told["counted"]:,.0f} |
"""
    section_write(TARGET, "Money", text)


if __name__ == "__main__":
    main()
