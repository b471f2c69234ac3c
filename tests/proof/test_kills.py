"""The worker and the database are killed in the middle of their work: nothing is lost, nothing counts twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.utils import timezone
from tests.conftest import RUN
from tests.factories.cast import Cast
from tests.factories.register import resident_id_make
from tests.factories.sources import INPATIENT, csv, stay, xlsx
from tests.proof.running import child_with, eventually

from shouwang.config.embedded import Cluster
from shouwang.config.processes import Child
from shouwang.config.roles import ALIAS_ROLES, DATABASE, ROLES, roles_bootstrap
from shouwang.config.serving import worker_child
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.models import RegisterImport
from shouwang.register.services.importing import UploadedFile, import_start, imports_resume
from shouwang.sources.models import FeedImport
from shouwang.sources.services import feed_upload, mapping_confirm
from shouwang.sources.services import imports_resume as feeds_resume

HOUSEHOLDS = 1_700  # four chunks of the register's import
STAYS = 3_400  # four chunks of a feed's
DAY = date(2020, 6, 30)
HEAD = ["村", "户编号", "姓名", "证件号码", "与户主关系", "家庭成员联系电话", "工资性收入", "备注"]
TABLES = (
    "household", "person", "membership", "residence", "identifier", "householdstate", "personstate", "income",
    "namedfact", "spending", "status",
)  # fmt: skip
PASSWORD = "only-for-this-test"


@contextmanager
def worker_running(environment: Mapping[str, str]) -> Iterator[Child]:
    """The real worker; killed or alive, it is gone afterwards."""
    log = Path(settings.VAR_DIR) / "log" / "worker.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    child = child_with(worker_child(), environment, log)
    child.start()
    try:
        yield child
    finally:
        child.stop(10)


def killed(child: Child) -> None:
    """As the machine does when its memory is full: at once, with everything it started."""
    assert child.process is not None
    os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def row_of(model: Any, pk: int) -> Any:
    with acting_as(SYSTEM):
        return model.objects.get(pk=pk)


def counts(viewer: Viewer) -> dict[str, int]:
    """The rows of every table of the register in a viewer's areas, and the audit entries of imports."""
    lo, hi = viewer.ranges[0]
    found = {}
    with acting_as(SYSTEM), connections["default"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"select count(*) from register_{table} where slot between %s and %s", [lo, hi])
            found[table] = cursor.fetchone()[0]
    return found


def workbook(village: str) -> tuple[bytes, list[str]]:
    ids = [resident_id_make(date(1950, 1, 1) + timedelta(days=number)) for number in range(HOUSEHOLDS)]
    rows = [
        [village, f"H{number}", f"户主{number}", text, "户主", f"139{number:08d}", 12_000, f"备注{number}"]
        for number, text in enumerate(ids)
    ]
    return xlsx([HEAD, *rows], sheet="监测对象信息"), ids


def register_import(viewer: Viewer, content: bytes) -> RegisterImport:
    lo, hi = viewer.ranges[0]
    with acting_as(viewer):
        return import_start(
            viewer=viewer, files=[UploadedFile("台账.xlsx", content)], lo=lo, hi=hi, data_date=DAY, at=timezone.now()
        )


def feed_import(viewer: Viewer, content: bytes) -> FeedImport:
    with acting_as(viewer):
        return feed_upload(
            viewer=viewer, kind_key="inpatient", file_name="住院.csv", content=content, data_date=DAY,
            at=timezone.now(),
        )  # fmt: skip


def stays(ids: list[str]) -> bytes:
    days = [date(2020, 1, 1), date(2020, 2, 1)]
    return csv([INPATIENT, *(stay(f"户主{n}", text, start=day, end=day) for day in days for n, text in enumerate(ids))])


def confirmed(viewer: Viewer, pk: int) -> None:
    taken = eventually(lambda: row if (row := row_of(FeedImport, pk)).state == "MAPPING" else None)
    with acting_as(viewer):
        mapping_confirm(viewer=viewer, import_id=pk, version=taken.version, fields={}, at=timezone.now())


def test_a_worker_killed_in_the_middle_of_both_imports_leaves_what_an_undisturbed_one_leaves(
    real_cast: Cast, command_env: dict[str, str]
) -> None:
    """The county's worker is killed twice, in the middle of each import; the neighbour's works on undisturbed."""
    here, there = real_cast.county, real_cast.neighbour
    content, ids = workbook("大寨村")
    with worker_running(command_env) as child:
        run = register_import(here, content)
        eventually(lambda: row_of(RegisterImport, run.pk).done)
        killed(child)
    stopped = row_of(RegisterImport, run.pk)
    assert (stopped.state, 0 < stopped.done < HOUSEHOLDS) == ("RUNNING", True)
    assert counts(here)["household"] == stopped.done, "what was told as done is there, and no more"
    with worker_running(command_env) as child:
        assert imports_resume(at=timezone.now() + timedelta(minutes=11)) == 1
        eventually(lambda: row_of(RegisterImport, run.pk).state == "DONE")
        taken = feed_import(real_cast.medical, stays(ids))
        confirmed(real_cast.medical, taken.pk)
        eventually(lambda: row_of(FeedImport, taken.pk).rows_read)
        killed(child)
    broken = row_of(FeedImport, taken.pk)
    assert (broken.state, 0 < broken.rows_read < STAYS) == ("RUNNING", True)
    assert counts(here)["spending"] == broken.facts_recorded
    other, others = workbook(real_cast.places.neighbour_village.name)
    with worker_running(command_env):
        assert feeds_resume(at=timezone.now() + timedelta(minutes=11)) == 1
        eventually(lambda: row_of(FeedImport, taken.pk).state == "DONE")
        whole = register_import(there, other)
        eventually(lambda: row_of(RegisterImport, whole.pk).state == "DONE")
        second = feed_import(real_cast.neighbour_medical, stays(others))
        confirmed(real_cast.neighbour_medical, second.pk)
        eventually(lambda: row_of(FeedImport, second.pk).state == "DONE")
    assert counts(here) == counts(there)
    assert counts(here)["household"] == HOUSEHOLDS
    assert counts(here)["spending"] == STAYS
    assert row_of(RegisterImport, run.pk).counts == row_of(RegisterImport, whole.pk).counts
    fields = ("rows_read", "rows_exact", "rows_duplicate", "rows_unmatched", "rows_refused", "facts_recorded")
    pair = [[getattr(row_of(FeedImport, pk), name) for name in fields] for pk in (taken.pk, second.pk)]
    assert pair[0] == pair[1] == [STAYS, STAYS, 0, 0, 0, STAYS]


# ---- the database ----

WRITER = """
import django
django.setup()
from datetime import date, timedelta
from django.utils import timezone
from tests.factories.cast import cast_build
from tests.factories.casework import clue_make, workflow_ready
from tests.factories.register import household_make, resident_id_make
from shouwang.casework import services
from shouwang.casework.models import Case
from shouwang.people.access import SYSTEM, acting_as
cast = cast_build()
workflow_ready(cast)
days = [date(1950, 1, 1) + timedelta(days=number) for number in range(80)]
homes = [household_make(cast.slot, resident_id=resident_id_make(day)).pk for day in days]
print("ready", flush=True)
for home in homes:
    clue = clue_make(cast.officer, home)
    services.clue_take(clue_id=clue.pk, at=timezone.now())
    with acting_as(SYSTEM):
        case = Case.objects.get(household_id=home)
    with acting_as(cast.township):
        services.case_check(viewer=cast.township, case_id=case.pk, version=case.version, passes=True, at=timezone.now())
    print(clue.pk, case.pk, flush=True)
"""


def database_killed(cluster: Cluster) -> None:
    """Every process of the server at once, as when the power fails: nothing is flushed, nobody says goodbye."""
    assert cluster.process is not None
    mother = cluster.process.pid
    children = [
        int(entry.parent.name)
        for entry in Path("/proc").glob("[0-9]*/stat")
        if (fields := stat_of(entry)) and fields[1] == str(mother)
    ]
    for pid in (mother, *children):
        os.kill(pid, signal.SIGKILL)
    cluster.process.wait()


def stat_of(entry: Path) -> list[str]:
    try:
        return entry.read_text().rpartition(")")[2].split()
    except OSError:
        return []


def test_an_acknowledged_write_survives_a_killed_database_and_a_broken_off_one_leaves_nothing(
    open_folder: Path, command_env: dict[str, str]
) -> None:
    cluster = Cluster(open_folder / "postgres", open_folder / "postgres.log", PASSWORD)  # durable, unlike the others
    cluster.start()
    try:
        roles_bootstrap(url=cluster.url(), passwords=dict.fromkeys(ROLES, PASSWORD))
        environment = {**command_env, **urls(cluster), "PYTHONPATH": os.pathsep.join(["src", "."])}
        RUN.template_copy(cluster, DATABASE)
        told = open_folder / "told"
        with told.open("w") as sink, (open_folder / "errors").open("w") as errors:
            writer = subprocess.Popen([sys.executable, "-c", WRITER], env=environment, stdout=sink, stderr=errors)
            try:
                eventually(lambda: len(told.read_text().splitlines()) > 8 or writer.poll() is not None, seconds=120)
                database_killed(cluster)
            finally:
                time.sleep(0.5)
                writer.kill()
                writer.wait()
        lines = told.read_text().splitlines()
        assert lines[:1] == ["ready"], (open_folder / "errors").read_text()
        acknowledged = [tuple(map(int, line.split())) for line in lines[1:] if len(line.split()) == 2]
        assert 8 <= len(acknowledged) < 80, "it was killed in the middle"
        cluster.start()
        with psycopg.connect(cluster.url(DATABASE)) as admin:
            clues = {row[0] for row in admin.execute("select id from sources_clue")}
            cases = {row[0]: row[1:] for row in admin.execute("select id, stage, version from casework_case")}
            assert {clue for clue, _ in acknowledged} <= clues
            assert all(cases[case][0] == "dispatch" for _, case in acknowledged)
            assert len(acknowledged) <= len(clues) <= len(acknowledged) + 1
            assert whole(admin) == []
    finally:
        cluster.stop()


def urls(cluster: Cluster) -> dict[str, str]:
    names = {"default": "DATABASE_URL", "owner": "SHOUWANG_OWNER_URL", "batch": "SHOUWANG_BATCH_URL"}
    return {names[alias]: cluster.url(DATABASE, user=role, password=PASSWORD) for alias, role in ALIAS_ROLES.items()}


def whole(admin: psycopg.Connection[Any]) -> list[Any]:
    """What is half there: cases without their opening, or without an audit entry for every version of theirs."""
    return admin.execute(
        "select c.id from casework_case c where c.version <> (select count(*) from audit_entry a"
        " where a.subject_type = 'casework.Case' and a.subject_id = c.id)"
        " or not exists (select 1 from casework_casesource s where s.case_id = c.id)"
        " or not exists (select 1 from casework_caseevent e where e.case_id = c.id and e.what = 'OPENED')"
    ).fetchall()
