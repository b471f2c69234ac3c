"""Batch posting and kept balances: `python -m tests.bench.money`, BENCH_MONEY_POSTINGS postings loaded first."""

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
CHECKED = 200_000  # of them, loaded with every check at work
ENTRIES, SIZE, ROUNDS = 20_000, 2_000, 7
TARGET = Path(__file__).parents[2] / "docs" / "benchmarks.md"
COUNTY = 130529000000
AT, ON = datetime(2020, 7, 1, 2, tzinfo=UTC), date(2020, 7, 1)


def load(here: House) -> None:
    """This function makes two accounts and balanced entries between them; at the end the balances are recounted.

    The first `CHECKED` postings come by COPY with every check at work. The rest is written by the server itself with
    its triggers off and the indexes built afterwards, or fifty million would take hours; the kept balances are set from
    the sums and what is measured later is held against a sum of its own.
    """
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
        first = min(POSTINGS, CHECKED) // 2
        with admin.cursor().copy(
            'copy funds_entry (id, key, kind, slot, organisation_id, "on", at, by, document, note) from stdin'
        ) as copy:
            for number in range(1, first + 1):
                copy.write_row((number, f"load:{number}", "BUDGET", COUNTY, 1, ON, AT, "x", "x", ""))
        with admin.cursor().copy(
            "copy funds_posting (entry_id, account_id, slot, organisation_id, amount_fen) from stdin"
        ) as copy:
            for number in range(1, first + 1):
                copy.write_row((number, ids[0], COUNTY, 1, -number))
                copy.write_row((number, ids[1], COUNTY, 1, number))
        admin.commit()
        if first < POSTINGS // 2:
            _bulk(admin, ids, first + 1, POSTINGS // 2)
        admin.execute("select setval(pg_get_serial_sequence('funds_entry', 'id'), %s)", [POSTINGS])


def _bulk(admin: psycopg.Connection[Any], ids: list[int], low: int, high: int) -> None:
    admin.execute("set session_replication_role = replica")
    indexes = admin.execute(
        "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i"
        " left join pg_constraint c on c.conindid = i.indexrelid"
        " where i.indrelid in ('funds_entry'::regclass, 'funds_posting'::regclass) and c.oid is null"
    ).fetchall()
    for name, _ in indexes:
        admin.execute(f"drop index {name}")  # type: ignore[arg-type]
    admin.execute(
        'insert into funds_entry (id, key, kind, slot, organisation_id, "on", at, by, document, note)'
        " select n, 'load:' || n, 'BUDGET', %s, 1, %s, %s, 'x', 'x', '' from generate_series(%s::bigint, %s) n",
        [COUNTY, ON, AT, low, high],
    )
    admin.execute(
        "insert into funds_posting (entry_id, account_id, slot, organisation_id, amount_fen)"
        " select n, a.id, %s, 1, a.sign * n from generate_series(%s::bigint, %s) n,"
        " (values (%s::bigint, -1), (%s::bigint, 1)) a(id, sign)",
        [COUNTY, low, high, ids[0], ids[1]],
    )
    for _, made in indexes:
        admin.execute(made)  # type: ignore[arg-type]
    admin.execute(
        "update funds_account a set balance_fen = p.total from (select account_id, sum(amount_fen) as total"
        " from funds_posting group by 1) p where p.account_id = a.id"
    )
    admin.execute("set session_replication_role = origin")
    admin.commit()


def _clerk() -> Any:
    """This function returns who posts and reads: a clerk of the county's centre."""
    import django

    django.setup()
    from shouwang.people.access import Kind, Role, Viewer

    return Viewer(1, 1, 1, Kind.COUNTY_CENTRE, "", Role.CLERK, ((COUNTY, COUNTY + 999_999),), "x")


def post() -> dict[str, Any]:
    """This function posts in batches, each a transaction, under the walls."""
    viewer = _clerk()
    from shouwang.funds.models import Account
    from shouwang.funds.services import Movement, entries_post
    from shouwang.people.access import acting_as

    with acting_as(viewer):
        out, into = list(Account.objects.order_by("pk"))
    seconds: list[float] = []
    spent = time.process_time()
    for first in range(0, ENTRIES, SIZE):
        movements = [
            Movement(key=f"bench:{number}", kind="BUDGET", slot=COUNTY, lines=((out.pk, -100), (into.pk, 100)), on=ON)
            for number in range(first, first + SIZE)
        ]
        began = time.perf_counter()
        with acting_as(viewer):
            entries_post(viewer=viewer, movements=movements, at=AT)
        seconds.append(time.perf_counter() - began)
    spent = time.process_time() - spent
    return {"cpu": spent, "median": statistics.median(seconds), "total": sum(seconds)}


def read() -> dict[str, Any]:
    """This function reads a balance, kept and added up, in turns under the walls; the two must be the same."""
    viewer = _clerk()
    from django.db.models import Sum

    from shouwang.funds.models import Account, Posting
    from shouwang.people.access import acting_as

    kept: list[float] = []
    counted: list[float] = []
    with acting_as(viewer):
        into = Account.objects.get(stage="AVAILABLE")
        for _ in range(ROUNDS):
            began = time.perf_counter()
            balance = Account.objects.get(pk=into.pk).balance_fen
            kept.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            total = Posting.objects.filter(account_id=into.pk).aggregate(all=Sum("amount_fen"))["all"]
            counted.append((time.perf_counter() - began) * 1000)
            assert balance == total
    return {"kept": statistics.median(kept), "kept_worst": max(kept), "counted": statistics.median(counted)}


def main() -> None:
    """This function loads, measures and writes the section."""
    steps = {"post": post, "read": read}
    if sys.argv[1:]:
        sys.stdout.write(json.dumps(steps[sys.argv[1]]()) + "\n")
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
            found = here.run("-m", "tests.bench.money", "post")
            seen = here.run("-m", "tests.bench.money", "read").told
            wrong = here.sql(
                "select count(*) from funds_account a where balance_fen <> (select coalesce(sum(amount_fen), 0)"
                " from funds_posting p where p.account_id = a.id)"
            )[0][0]
            facts = machine.facts(str(here.sql("show server_version")[0][0]))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    told = found.told
    text = f"""
`python -m tests.bench.money`: {POSTINGS:,} postings of two accounts, {min(POSTINGS, CHECKED):,} of them by COPY with
every check at work, the rest written by the server itself ({loaded:,.0f} processor seconds of it); accounts whose kept
balance is not the sum of their postings: {wrong}. Then {ENTRIES:,} entries of two postings in batches of {SIZE:,} as a
county clerk under row-level security, each batch a transaction. To reach: ≥ 4,000 entries a second in batch, a balance
in ≤ 50 ms at 50 million postings.

| | |
|---|---|
{chr(10).join(f"| {name} | {value} |" for name, value in facts)}
| Load before / after | {before} / {machine.load()} |

| | |
|---|---:|
| Entries a second, all batches | {ENTRIES / told["total"]:,.0f} |
| Entries a second, median batch | {SIZE / told["median"]:,.0f} |
| Entries a processor second of database and client together | {ENTRIES / (found.database_seconds + told["cpu"]):,.0f} |
| Processor seconds of the database, posting | {found.database_seconds:,.1f} |
| Processor seconds of the client, posting alone | {told["cpu"]:,.1f} |
| Kept balance, median / worst ms | {seen["kept"]:,.1f} / {seen["kept_worst"]:,.1f} |
| The same added up, median ms | {seen["counted"]:,.0f} |
"""
    section_write(TARGET, "Money", text)


if __name__ == "__main__":
    main()
