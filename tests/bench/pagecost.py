"""What a page and opening a case cost in processor time: `python -m tests.bench.pagecost` in a loaded house.

The house is that of `tests.bench` with BENCH_ROOT kept: people loaded, screened, some warnings not collected yet. What
PostgreSQL takes is read from /proc for the one backend that serves.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import django
from tests.bench.sections import section_write
from tests.bench.work import COUNTY, _clerk

ROUNDS, CASES = 25, 300
TARGET = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def _backend_ms(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def cost(act: Callable[[], object], *, pid: int, rounds: int) -> tuple[float, float]:
    """This function returns milliseconds of processor a round: of this process, of its backend."""
    client, server = time.process_time(), _backend_ms(pid)
    for _ in range(rounds):
        act()
    return (time.process_time() - client) * 1000 / rounds, (_backend_ms(pid) - server) / rounds


def pages(pid: int) -> list[tuple[str, float, float]]:
    """This function measures the pages of a county clerk."""
    from django.test import Client

    from shouwang.casework.selectors import cases_visible_to
    from shouwang.people.access import acting_as
    from shouwang.people.models import User

    viewer, client = _clerk(COUNTY), Client()
    client.force_login(User.objects.get(pk=viewer.user_id))
    with acting_as(viewer):
        case = cases_visible_to(viewer)[0]
    wanted = {"desk": "/", "cases": "/cases/", "screenings": "/screening/", "screen": "/screen/",
              "case": f"/cases/{case.pk}/", "household": f"/households/{case.household_id}/"}  # fmt: skip
    found = []
    for name, path in wanted.items():
        client.get(path)
        assert client.get(path).status_code == 200, path
        found.append((name, *cost(lambda path=path: client.get(path), pid=pid, rounds=ROUNDS)))  # type: ignore[misc]
    return found


def opening(pid: int) -> list[tuple[str, float, float]]:
    """This function measures opening cases from warnings, one by one and in batches, a case each."""
    from django.utils import timezone

    from shouwang.casework.services import warning_take
    from shouwang.casework.services.opening import BATCH, warnings_open
    from shouwang.people.access import SYSTEM, acting_as
    from shouwang.screening.selectors import warnings_uncollected

    with acting_as(SYSTEM):
        ids = [warning.pk for warning in warnings_uncollected(limit=CASES + BATCH)]
    if len(ids) < BATCH * 2:
        return []
    at, one = timezone.now(), iter(ids[:BATCH])
    warning_take(warning_id=next(one), at=at)
    single = cost(lambda: warning_take(warning_id=next(one), at=at), pid=pid, rounds=BATCH // 2)
    batches = iter([ids[start : start + BATCH] for start in range(BATCH, len(ids), BATCH)])
    rounds = (len(ids) - 1) // BATCH
    client, server = cost(lambda: warnings_open(next(batches), at=at), pid=pid, rounds=rounds)
    return [("open a case, one by one", *single), ("open a case, in batches", client / BATCH, server / BATCH)]


def main() -> None:
    """This function measures and puts its section into docs/benchmarks.md."""
    django.setup()
    from django.conf import settings
    from django.db import connection

    from shouwang.people.access import SYSTEM, acting_as

    settings.ALLOWED_HOSTS = ["testserver"]
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid(), (select count(*) from register_person), version()")
        pid, people, version = cursor.fetchone()
    lines = [*pages(pid), *opening(pid)]
    text = [
        f"`python -m tests.bench.pagecost`, {people:,} people in the county, {version.split(' on ')[0]}: milliseconds",
        "of processor, in the web process and in its backend of PostgreSQL. To reach: 12 ms a request.",
        "",
        "| | Web process | PostgreSQL |",
        "|---|---:|---:|",
        *(f"| {name} | {client:.1f} | {server:.1f} |" for name, client, server in lines),
    ]
    notes = os.environ.get("BENCH_NOTE")
    section_write(TARGET, "Processor time of pages", "\n".join([*text, *(["", notes] if notes else [])]))


if __name__ == "__main__":
    main()
