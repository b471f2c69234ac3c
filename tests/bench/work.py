"""What the processes of the bench do: `python -m tests.bench.work NAME ARGUMENTS…`; the last line is JSON about it."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import django

ON = date(2020, 6, 30)
CITY, COUNTY = "130500000000", "130529000000"
ROUNDS = 60


def _area(code: str) -> Any:
    from shouwang.people.selectors import area_by_code

    found = area_by_code(code)
    assert found is not None, code
    return found


def _clerk(county: str, *, kind: str = "COUNTY_CENTRE", department: str = "") -> Any:
    """This function returns the viewer of a county's clerk, appointed when she is first needed."""
    from django.utils import timezone

    from shouwang.people.access import SYSTEM, Kind, Role, acting_as, viewer_for
    from shouwang.people.selectors import appointment_by_id, appointments_of_username, organisation_for
    from shouwang.people.services.appointments import appointment_begin
    from shouwang.people.services.users import user_add

    at, on, area = timezone.now(), timezone.localdate(), _area(county)
    name = f"{kind}{department}{county[:6]}".lower().replace("_", "")[:31]
    with acting_as(SYSTEM):
        for appointment in appointments_of_username(name, on=on):
            return viewer_for(appointment, on=on)
        user = user_add(viewer=SYSTEM, username=name, name="经办人", at=at)
        organisation = organisation_for(slot=area.lo, kind=Kind(kind), department=department)
        assert organisation is not None
        made = appointment_begin(
            viewer=SYSTEM, user_id=user.pk, organisation_id=organisation.pk, role=Role.CLERK, area_ids=[area.pk],
            valid_from=on, at=at,
        )  # fmt: skip
        found = appointment_by_id(made.pk)
        assert found is not None
        return viewer_for(found, on=on)


def prepare(*counties: str) -> dict[str, Any]:
    """Tables, areas, organisations of the counties, the city's policy adopted."""
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from shouwang.people.access import SYSTEM, acting_as
    from shouwang.people.services.divisions import divisions_load
    from shouwang.people.services.organisations import county_set_up
    from shouwang.standards.services import pack_load, version_adopt, version_propose

    call_command("migrate", database="owner", interactive=False, verbosity=0)
    at = timezone.now()
    with acting_as(SYSTEM):
        divisions_load()
        for county in counties:
            county_set_up(viewer=SYSTEM, county_id=_area(county).pk, at=at)
        version = pack_load(viewer=SYSTEM, place="xingtai", packs_dir=Path(settings.PACKS_DIR), on=ON, at=at)
        proposed = version_propose(
            viewer=SYSTEM, version_id=version.pk, area_id=_area(CITY).pk, valid_from=date(2019, 1, 1), document="测量",
            at=at,
        )  # fmt: skip
        version_adopt(viewer=SYSTEM, adoption_id=proposed.pk, at=at)
    return {}


def load(folder: str) -> dict[str, Any]:
    """A snapshot folder by COPY."""
    from django.utils import timezone

    from shouwang.people.access import SYSTEM
    from shouwang.register.services.bulk import bulk_load

    area, began = _area(COUNTY), time.perf_counter()
    tables: dict[str, float] = {}

    def note(table: str, rows: int) -> None:
        tables[table] = round(time.perf_counter() - began - sum(tables.values()), 1)

    viewer = replace(SYSTEM, ranges=((area.lo, area.hi),))
    made = bulk_load(viewer=viewer, folder=Path(folder), at=timezone.now(), note=note)
    tables["indexes and checks"] = round(time.perf_counter() - began - sum(tables.values()), 1)
    return {"rows": sum(made.counts.values()), "tables": tables}


def snapshot() -> dict[str, Any]:
    """A snapshot of the county by Arrow."""
    from django.utils import timezone

    from shouwang.people.access import SYSTEM, acting_as
    from shouwang.screening.services.snapshot import snapshot_take

    area = _area(COUNTY)
    with acting_as(SYSTEM):
        taken = snapshot_take(lo=area.lo, hi=area.hi, on=ON, at=timezone.now())
    return {"rows": sum(taken.counts.values())}


def screening() -> dict[str, Any]:
    """A whole run as the worker does it: snapshot, rules, warnings stored."""
    from django.utils import timezone

    from shouwang.people.access import acting_as
    from shouwang.screening.models import Run
    from shouwang.screening.services import run_execute, run_request

    viewer = _clerk(COUNTY)
    with acting_as(viewer):
        run = run_request(viewer=viewer, area_id=_area(COUNTY).pk, on=ON, at=timezone.now(), is_queued=False)
    run_execute(run_id=run.pk, at=timezone.now())
    with acting_as(viewer):
        done = Run.objects.get(pk=run.pk)
    assert done.state == Run.State.DONE, done.message
    return {"households": done.households, "warnings": done.warnings_new}


def collect(most: str) -> dict[str, Any]:
    """Cases from the warnings, as many as there are or `most`."""
    from django.utils import timezone

    from shouwang.casework.services import sources_collect

    opened = joined = held = 0
    while opened + joined < int(most):
        done = sources_collect(at=timezone.now())
        opened, joined, held = opened + done.opened, joined + done.joined, held + done.held
        if not done.opened + done.joined:
            break
    return {"opened": opened, "joined": joined, "held": held}


def _timed(rounds: int, act: Callable[[int], object]) -> dict[str, float]:
    """This function returns median, 95th percentile and processor time in milliseconds, after one round to warm up."""
    act(0)
    times, cpu = [], time.process_time()
    for number in range(rounds):
        began = time.perf_counter()
        act(number)
        times.append((time.perf_counter() - began) * 1000)
    cpu_ms = (time.process_time() - cpu) * 1000 / rounds
    return {
        "median": round(statistics.median(times), 1),
        "p95": round(statistics.quantiles(times, n=20)[-1], 1),
        "cpu": round(cpu_ms, 1),
    }


def search(folder: str) -> dict[str, Any]:
    """Searches over the whole register, as a county clerk: by ID, by the beginning of names, initials, village."""
    import duckdb

    from shouwang.people.access import acting_as
    from shouwang.register.selectors import household_search, villages_with_households

    with duckdb.connect() as files:
        drawn = files.sql(
            f"select name, resident_id, phone from '{folder}/identity/identity.parquet'"
            f" using sample reservoir({ROUNDS + 1} rows) repeatable (7)"
        ).fetchall()
    viewer = _clerk(COUNTY)
    with acting_as(viewer):
        villages = [found[0] if isinstance(found, tuple) else getattr(found, "slot", found)
                    for found in villages_with_households(viewer)]  # fmt: skip
    from shouwang.register.rules import name_initials

    def by(text: Callable[[tuple[str, str, str]], str], village: bool = False) -> Callable[[int], object]:
        def act(number: int) -> object:
            with acting_as(viewer):
                if village:
                    return household_search(viewer, "", village_slot=villages[number % len(villages)])
                found = household_search(viewer, text(drawn[number]))
            assert found.rows, text(drawn[number])
            return found

        return act

    phones = [row for row in drawn if row[2]]
    return {
        "id": _timed(ROUNDS, by(lambda row: row[1])),
        "phone": _timed(ROUNDS, by(lambda row: row[2] or phones[0][2])),
        "name": _timed(ROUNDS, by(lambda row: row[0])),
        "surname": _timed(ROUNDS, by(lambda row: row[0][:1])),
        "initials": _timed(ROUNDS, by(lambda row: name_initials(row[0]))),
        "first two initials": _timed(ROUNDS, by(lambda row: name_initials(row[0])[:2])),
        "village": _timed(ROUNDS, by(lambda row: "", village=True)),
    }


def pages() -> dict[str, Any]:
    """Pages through the whole stack of middleware, as a county clerk."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from shouwang.people.access import acting_as
    from shouwang.people.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    viewer = _clerk(COUNTY)
    client = Client()
    client.force_login(User.objects.get(pk=viewer.user_id))
    from shouwang.casework.selectors import cases_visible_to

    with acting_as(viewer):
        first = cases_visible_to(viewer).first()
    wanted = {"desk": "/", "cases": reverse("casework:list"), "warnings": "/screening/", "screen": "/screen/"}
    if first is not None:
        wanted["case"] = reverse("casework:case", args=[first.pk])
        wanted["household"] = f"/households/{first.household_id}/"
    found: dict[str, Any] = {}
    for name, path in wanted.items():
        status = client.get(path).status_code
        if status != 200:
            found[name] = {"status": status}
            continue
        found[name] = _timed(20, lambda _, path=path: client.get(path).content)  # type: ignore[misc]
    return found


def workbooks(folder: str, county: str) -> dict[str, Any]:
    """The national system's workbooks, as the worker imports them."""
    from django.utils import timezone

    from shouwang.people.access import acting_as
    from shouwang.register.models import RegisterImport
    from shouwang.register.services.importing import UploadedFile, import_run, import_start

    area, viewer = _area(county), _clerk(county)
    files = [UploadedFile(path.name, path.read_bytes()) for path in sorted(Path(folder, "workbooks").glob("*.xlsx"))]
    began = time.perf_counter()
    with acting_as(viewer):
        run = import_start(
            viewer=viewer, files=files, lo=area.lo, hi=area.hi, data_date=ON, at=timezone.now(), is_queued=False
        )
    import_run(import_id=run.pk, clock=timezone.now)
    seconds = time.perf_counter() - began
    with acting_as(viewer):
        done = RegisterImport.objects.get(pk=run.pk)
    assert done.state == RegisterImport.State.DONE, done.message
    counts = done.counts
    return {
        "rows": counts["rows"], "seconds": round(seconds, 1), "rows_per_second": round(counts["rows"] / seconds),
        "persons": counts.get("persons_new", 0), "refused": counts.get("rows_refused", 0),
    }  # fmt: skip


def feed(path: str, kind: str) -> dict[str, Any]:
    """One department's file, as the worker imports it."""
    from django.utils import timezone

    from shouwang.people.access import acting_as
    from shouwang.sources.services.importing import feed_import_run
    from shouwang.sources.services.reading import feed_read, import_load
    from shouwang.sources.services.uploads import feed_upload, mapping_confirm

    viewer, at = _clerk(COUNTY, kind="DEPARTMENT", department="medical_insurance"), timezone.now()
    began = time.perf_counter()
    with acting_as(viewer):
        taken = feed_upload(
            viewer=viewer, kind_key=kind, file_name=Path(path).name, content=Path(path).read_bytes(), data_date=ON,
            at=at, is_queued=False,
        )  # fmt: skip
    feed_read(import_id=taken.pk, at=at, is_queued=False)
    with acting_as(viewer):
        read = import_load(taken.pk)
        if read.state == "MAPPING":
            mapping_confirm(viewer=viewer, import_id=read.pk, version=read.version, fields={}, at=at, is_queued=False)
    feed_import_run(import_id=taken.pk, clock=timezone.now)
    seconds = time.perf_counter() - began
    done = import_load(taken.pk)
    assert done.state == "DONE", done.message
    return {
        "rows": done.rows_read, "seconds": round(seconds, 1), "rows_per_second": round(done.rows_read / seconds),
        "taken": done.rows_taken, "aside": done.rows_unmatched + done.rows_refused,
    }  # fmt: skip


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    each.__name__: each for each in (prepare, load, snapshot, screening, collect, search, pages, workbooks, feed)
}


def main() -> None:
    """This function runs the step named on the command line."""
    django.setup()
    told = STEPS[sys.argv[1]](*sys.argv[2:])
    sys.stdout.write("\n" + json.dumps(told, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
