"""Jobs of screening."""

from __future__ import annotations

import contextlib
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.people.access import SYSTEM, acting_as
from shouwang.screening.services import (
    SnapshotGone,
    check_execute,
    checks_due,
    export_execute,
    revoked_hold,
    run_execute,
    run_whatif_make,
    run_whatif_prepare,
    runs_due,
    runs_resume,
    snapshots_expire,
    snapshots_sweep,
    trial_execute,
)

DAYS_OF_MONTH = 31


@app.task(name="screening.run", queue="long")
def run_screening(run_id: int) -> None:
    """This function carries out one recorded run."""
    run_execute(run_id=run_id, at=timezone.now())


@app.task(name="screening.whatif_prepare", queue="long")
def prepare_whatif(run_id: int) -> None:
    """This function caches the facts of a finished run, so that policies can be tried on it at once."""
    with contextlib.suppress(SnapshotGone):  # it expired while the job waited: there is nothing to try any more
        run_whatif_prepare(run_id=run_id)


@app.task(name="screening.whatif_make", queue="long")
def make_whatif(run_id: int, version_id: int, progress_id: int) -> None:
    """This function caches the facts that somebody waits for, to try a policy on a run."""
    run_whatif_make(run_id=run_id, version_id=version_id, progress_id=progress_id, at=timezone.now())


@app.periodic(cron="15 3 * * *")
@app.task(name="screening.snapshots_expire", queue="short")
def expire_snapshots(timestamp: int) -> None:
    """This function removes snapshot files past their days; the last of each month stays for its months."""
    with acting_as(SYSTEM):
        now = timezone.now()
        snapshots_expire(
            before=now - timedelta(days=settings.SNAPSHOT_KEEP_DAYS),
            months_before=now - timedelta(days=settings.SNAPSHOT_KEEP_MONTHS * DAYS_OF_MONTH),
            at=now,
        )
        snapshots_sweep(before=now - timedelta(days=1))


@app.periodic(cron="*/10 * * * *")
@app.task(name="screening.runs_due", queue="short")
def ask_due_runs(timestamp: int) -> None:
    """This function asks for the daily runs that are due."""
    with acting_as(SYSTEM):
        runs_due(at=timezone.now())


@app.periodic(cron="*/2 * * * *")
@app.task(name="screening.runs_resume", queue="short")
def resume_runs(timestamp: int) -> None:
    """This function puts runs back into the queue whose worker died."""
    runs_resume(at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="screening.revoked_hold", queue="short")
def hold_revoked(timestamp: int) -> None:
    """This function holds the open warnings of versions that were revoked for a person."""
    with acting_as(SYSTEM):
        revoked_hold(at=timezone.now())


@app.task(name="screening.check", queue="long")
def run_check(run_id: int) -> None:
    """This function carries out one recorded run of the data-quality checks."""
    check_execute(run_id=run_id, at=timezone.now())


@app.task(name="screening.check_try", queue="long")
def try_check(trial_id: int) -> None:
    """This function tries one written rule on the latest snapshot."""
    trial_execute(trial_id=trial_id, at=timezone.now())


@app.task(name="screening.check_export", queue="long")
def export_check(export_id: int) -> None:
    """This function makes one workbook of hits."""
    export_execute(export_id=export_id, at=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="screening.checks_due", queue="short")
def ask_due_checks(timestamp: int) -> None:
    """This function asks for the runs that an import or the day makes due."""
    with acting_as(SYSTEM):
        checks_due(at=timezone.now())
