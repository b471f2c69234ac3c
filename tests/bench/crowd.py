"""Pages under a crowd: `python -m tests.bench.crowd`, BENCH_CROWD_CASES cases, BENCH_CROWD_USERS people who read.

A county of BENCH_CROWD_PEOPLE people, screened, its cases opened as the worker opens them; the rest of the city's cases
by COPY, a share of them in that county on its real households. Then the real web process and as many people as told,
each at a browser of her own, who reads a page, waits between one and four seconds, and reads the next.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from tests.bench import lamps, machine
from tests.bench.house import House, house
from tests.bench.sections import section_write
from tests.bench.work import COUNTY

from bench.flush.__main__ import processor_of
from shouwang.config.processes import wait_for
from shouwang.config.roles import DATABASE
from shouwang.config.serving import Wish, is_answering, web_child

CASES = int(os.environ.get("BENCH_CROWD_CASES", "1000000"))
PEOPLE = int(os.environ.get("BENCH_CROWD_PEOPLE", "100000"))
USERS = int(os.environ.get("BENCH_CROWD_USERS", "20"))
SECONDS = int(os.environ.get("BENCH_CROWD_SECONDS", "120"))
SHARE, OPENED = 20, 2000  # every so manieth case lies in the county; so many are opened from warnings
TARGET = Path(__file__).parents[2] / "docs" / "benchmarks.md"
ON = "2020-06-30"


def users() -> dict[str, Any]:
    """This function makes the readers, each signed in: county clerks, a supervisor of the city every fifth."""
    import django

    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from shouwang.people.access import SYSTEM, acting_as
    from shouwang.people.models import Appointment, Area, Organisation, User

    backend = "allauth.account.auth_backends.AuthenticationBackend"
    sessions = []
    with acting_as(SYSTEM):
        county = Area.objects.get(lo=int(COUNTY), level=3, is_current=True)
        city = Area.objects.get(lo=lamps.CITY, level=2, is_current=True)
        centre = Organisation.objects.get(kind="COUNTY_CENTRE", area=county)
        above, _ = Organisation.objects.get_or_create(kind="CITY_CENTRE", department="", area=city, name="市防贫中心")
        for number in range(USERS):
            is_city = number % 5 == 4
            user = User.objects.create(username=f"crowd{number}", name=f"经办{number}", password="!")
            held = Appointment.objects.create(
                user=user, organisation=above if is_city else centre, valid_from=date(2020, 1, 1),
                role="SUPERVISOR" if is_city else "CLERK",
            )  # fmt: skip
            held.areas.add(city if is_city else county)
            key = f"crowd{number:027d}"
            said = {
                SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: backend, HASH_SESSION_KEY: user.get_session_auth_hash(),
            }  # fmt: skip
            Session.objects.create(
                session_key=key,
                session_data=SessionStore().encode(said),
                expire_date=timezone.now() + timedelta(hours=12),
            )
            sessions.append({"session": key, "city": is_city})
    return {"sessions": sessions}


def load(here: House) -> None:
    """This function makes the other cases by COPY, some of them in the county on its households."""
    rng = random.Random(2)
    homes = here.sql("select id, slot from register_household order by id")
    version = here.sql("select id from standards_packversion order by id limit 1")[0][0]
    # Opened ones stand where the worker puts a case, or no page of their household could tell what comes next.
    place = here.sql(
        "select procedure, stage, stage_name, act, holder_kind from casework_case where stage <> '' limit 1"
    )
    with (
        psycopg.connect(here.cluster.url(DATABASE)) as admin,
        admin.cursor().copy(f"copy casework_case ({lamps.COLUMNS}) from stdin") as copy,
    ):
        for number in range(CASES):
            row = lamps._row(rng, 10**9 + number, version)
            row[3:8] = place[0] if row[4] else (place[0][0], "", "", "", "")
            if number % SHARE == 0:
                row[1], row[0] = rng.choice(homes)
            copy.write_row(row)


def reads(
    port: int, reader: dict[str, Any], cases: list[Any], until: float, found: list[tuple[str, int, float]]
) -> None:
    """This function is one reader: a page, a pause, the next, until the time is over."""
    rng = random.Random(str(reader["session"]))
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    time.sleep(rng.random() * 3)
    while time.perf_counter() < until:
        case, home = rng.choice(cases)
        pages = {"desk": ("/", 4), "cases": ("/cases/", 2), "case": (f"/cases/{case}/", 4), "screen": ("/screen/", 1)}
        if not reader["city"]:
            pages["household"] = (f"/households/{home}/", 1)
        name = rng.choices(list(pages), [weight for _, weight in pages.values()])[0]
        began = time.perf_counter()
        line.request("GET", pages[name][0], headers={"Cookie": f"sessionid={reader['session']}"})
        answer = line.getresponse()
        answer.read()
        found.append((name, answer.status, (time.perf_counter() - began) * 1000))
        time.sleep(1 + rng.random() * 3)
    line.close()


def measured(here: House) -> tuple[list[tuple[str, int, float]], float, float]:
    """This function lets the crowd read and returns every answer, and processor seconds of web and database."""
    readers = here.run("-m", "tests.bench.crowd", "users").told["sessions"]
    cases = here.sql(
        f"select id, household_id from casework_case where slot between {COUNTY} and {int(COUNTY) + 999_999}"
        f" and id in (select case_id from casework_casesource) order by id limit {OPENED}"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        wish = Wish(port=int(probe.getsockname()[1]))
    web = web_child(wish)
    web.environment = {**here.environment, **web.environment}
    web.log = here.root / "web.log"
    web.start()
    found: list[tuple[str, int, float]] = []
    try:
        assert wait_for(lambda: is_answering(wish), seconds=90, check=[web]), "the web does not answer"
        assert web.process is not None
        warm: list[tuple[str, int, float]] = []
        _crowd(wish.port, readers, cases, 15, warm)
        before = processor_of(web.process.pid), here.database_seconds()
        _crowd(wish.port, readers, cases, SECONDS, found)
        spent = processor_of(web.process.pid) - before[0], here.database_seconds() - before[1]
    finally:
        web.stop(10)
    return found, *spent


def _crowd(port: int, readers: list[Any], cases: list[Any], seconds: float, found: list[Any]) -> None:
    until = time.perf_counter() + seconds
    threads = [threading.Thread(target=reads, args=(port, each, cases, until, found)) for each in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """This function loads, lets the crowd read and writes the section."""
    if sys.argv[1:] == ["users"]:
        sys.stdout.write("\n" + json.dumps(users()) + "\n")
        return
    root = Path(tempfile.mkdtemp(prefix="shouwang-crowd-"))
    try:
        with house(root) as here:
            county = root / "county"
            here.run("-m", "shouwang", "synth", "--people", PEOPLE, "--place", COUNTY[:6], "--seed", 1, "--on", ON,
                     "--out", county)  # fmt: skip
            here.run("-m", "tests.bench.work", "prepare", COUNTY)
            here.run("-m", "tests.bench.work", "load", county)
            here.run("-m", "tests.bench.work", "screening")
            here.run("-m", "tests.bench.work", "collect", OPENED)
            load(here)
            here.sql("select casework_tallies_fold(), casework_funnel_fold()")
            here.sql("vacuum analyze")
            before = machine.load()
            found, web_s, database_s = measured(here)
            load_told = f"{before} / {machine.load()}"
            total = here.sql("select count(*) from casework_case")[0][0]
            facts = machine.facts(str(here.sql("show server_version")[0][0]))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    section_write(TARGET, "Pages under a crowd", text(found, web_s, database_s, total, facts, load_told))


def text(found: list[Any], web_s: float, database_s: float, total: int, facts: list[Any], load_told: str) -> str:
    """This function returns the section of the page."""
    rows = []
    for name in sorted({name for name, _, _ in found}):
        times = sorted(ms for each, _, ms in found if each == name)
        bad = sum(1 for each, status, _ in found if each == name and status != 200)
        late = statistics.quantiles(times, n=20)[-1]
        rows.append(
            f"| {name} | {len(times)} | {statistics.median(times):,.0f} | {late:,.0f} | {times[-1]:,.0f} | {bad} |"
        )
    times = [ms for _, _, ms in found]
    bad = sum(status != 200 for _, status, _ in found)
    rows.append(
        f"| all | {len(times)} | {statistics.median(times):,.0f} | {statistics.quantiles(times, n=20)[-1]:,.0f} |"
        f" {max(times):,.0f} | {bad} |"
    )
    told = "\n".join([*(f"| {name} | {value} |" for name, value in facts), f"| Load before / after | {load_told} |"])
    answers = "\n".join(rows)
    return f"""
`python -m tests.bench.crowd`: {total:,} cases, {PEOPLE:,} people in the readers' county, {USERS} readers,
{SECONDS} s; each reads a page and waits between one and four seconds. To reach: p95 ≤ 150 ms,
12 ms of processor a request.

| | |
|---|---|
{told}
| Requests a second | {len(found) / SECONDS:,.1f} |
| Processor a request: web · database | {web_s * 1000 / len(found):,.1f} · {database_s * 1000 / len(found):,.1f} ms |

| Page | Read | Median ms | p95 ms | Worst ms | Not answered 200 |
|---|---:|---:|---:|---:|---:|
{answers}
"""


if __name__ == "__main__":
    main()
