"""The worker is killed in the middle of a run: nothing half-found is taken for found, and the run is done again."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.factories.cast import Cast
from tests.factories.standards import policy_adopt
from tests.proof.running import eventually
from tests.screening.days import illness, low_income, ran, run_of, warnings_open

from shouwang.kit.locks import Lock
from shouwang.people.access import SYSTEM, acting_as
from shouwang.screening.models import Run, Snapshot, Warning
from shouwang.screening.rules import ATTEMPTS
from shouwang.screening.services import run_execute, run_request, runs_resume, snapshots_sweep
from shouwang.screening.services.snapshot import snapshot_folder

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])

ON = date(2020, 6, 29)
NEXT = date(2020, 6, 30)
AT = datetime(2020, 6, 30, 2, tzinfo=UTC)
LATER = AT + timedelta(minutes=3)

# A process that carries a run out and is killed, as by the machine, when it comes to a certain point.
DYING = """
import os, signal, sys
from datetime import UTC, datetime
import django
django.setup()
from shouwang.screening.services import carrying, snapshot
def die(*args, **more):
    os.kill(os.getpid(), signal.SIGKILL)
module, name = sys.argv[2].split(".")
where = {"carrying": carrying, "snapshot": snapshot}[module]
honest, left = getattr(where, name), [int(sys.argv[3])]
def counted(*args, **more):
    if left[0] == 0:
        die()
    left[0] -= 1
    return honest(*args, **more)
setattr(where, name, counted)
carrying.run_execute(run_id=int(sys.argv[1]), at=datetime(2020, 6, 30, 2, tzinfo=UTC))
"""
POINTS = {
    "in the snapshot": ("snapshot._write_table", 3),
    "before the rules": ("carrying._screen", 0),
    "between rules and warnings": ("carrying.storm_find", 0),
    "before the warnings are committed": ("carrying.storms_withdraw", 0),
}


@pytest.fixture
def county(real_cast: Cast) -> Cast:
    policy_adopt(real_cast.places.county, "hengshui")
    illness(low_income(real_cast.slot, head="甲"), 2_000_000, date(2020, 5, 10))
    return real_cast


def requested(cast: Cast) -> Run:
    with acting_as(SYSTEM):
        return run_request(viewer=SYSTEM, area_id=cast.places.county.pk, on=NEXT, at=AT, is_daily=True)


def killed(run: Run, point: str, environment: Mapping[str, str]) -> None:
    name, after = POINTS[point]
    process = subprocess.run([sys.executable, "-c", DYING, str(run.pk), name, str(after)], env=dict(environment),
                             capture_output=True, timeout=120)  # fmt: skip
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()[-500:]


def jobs(run: Run) -> int:
    with acting_as(SYSTEM):
        return sum(job.args == {"run_id": run.pk}
                   for job in ProcrastinateJob.objects.filter(task_name="screening.run", status="todo"))  # fmt: skip


def worker_took(run: Run) -> None:
    """The job is no longer waiting: the worker that died had taken it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = 'doing' where task_name = 'screening.run'")
    assert jobs(run) == 0


@pytest.mark.parametrize("point", list(POINTS))
def test_a_killed_run_leaves_no_warning_and_is_done_again(
    county: Cast, command_env: Mapping[str, str], point: str
) -> None:
    ran(county, ON)
    before = [warning.pk for warning in warnings_open()]
    illness(low_income(county.slot, head="乙"), 2_000_000, date(2020, 6, 1))
    run = requested(county)
    worker_took(run)
    killed(run, point, command_env)
    assert run_of(run.pk).state == Run.State.RUNNING
    assert [warning.pk for warning in warnings_open()] == before
    eventually(lambda: runs_resume(at=LATER) == 1)
    assert jobs(run) == 1
    assert runs_resume(at=LATER) == 0, "it waits in the queue already"
    run_execute(run_id=run.pk, at=LATER)
    done = run_of(run.pk)
    assert (done.state, done.attempts, done.previous is not None) == (Run.State.DONE, 2, True)
    assert (done.warnings_found, done.warnings_new, len(warnings_open())) == (2, 1, 2)
    run_execute(run_id=run.pk, at=LATER)  # a job too many
    assert len(warnings_open()) == 2
    with acting_as(SYSTEM):
        snapshots_sweep(before=datetime.now(UTC) + timedelta(days=1))
        known = {snapshot_folder(snapshot) for snapshot in Snapshot.objects.all()}
    assert {path for path in Path(settings.SNAPSHOTS_DIR).iterdir() if path.is_dir()} <= known


def test_a_run_that_a_living_process_holds_is_left_alone(county: Cast, admin_url: str) -> None:
    run = requested(county)
    worker_took(run)
    with psycopg.connect(admin_url, autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s)", [Lock.RUN.key(run.pk)])
        assert runs_resume(at=LATER) == 0
        run_execute(run_id=run.pk, at=LATER)
        assert run_of(run.pk).state == Run.State.WAITING
    eventually(lambda: runs_resume(at=LATER) == 1)


def test_a_run_asked_for_just_now_is_not_taken_for_dead(county: Cast) -> None:
    run = requested(county)
    worker_took(run)
    assert runs_resume(at=AT + timedelta(minutes=2)) == 0
    assert runs_resume(at=AT + timedelta(minutes=2, seconds=1)) == 1


def test_a_run_that_kills_its_worker_each_time_is_given_up(county: Cast) -> None:
    run = requested(county)
    with acting_as(SYSTEM):
        Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING, attempts=ATTEMPTS)
    run_execute(run_id=run.pk, at=LATER)
    done = run_of(run.pk)
    assert done.state == Run.State.FAILED
    assert done.message.startswith("筛查中断了 3 次")
    with acting_as(SYSTEM):
        assert not Warning.objects.exists()


def test_an_attempt_that_was_overtaken_stores_nothing(county: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from shouwang.screening.services import carrying

    run, honest = requested(county), carrying.storm_find

    def overtaken(*args: object, **more: object) -> object:
        with acting_as(SYSTEM):
            Run.objects.filter(pk=run.pk).update(attempts=2)
        return honest(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(carrying, "storm_find", overtaken)
    run_execute(run_id=run.pk, at=LATER)
    assert run_of(run.pk).state == Run.State.RUNNING
    assert not warnings_open()
