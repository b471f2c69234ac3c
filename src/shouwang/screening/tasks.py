"""Jobs of screening."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.people.access import SYSTEM, acting_as
from shouwang.screening.services import run_execute, snapshots_expire


@app.task(name="screening.run", queue="long")
def run_screening(run_id: int) -> None:
    """This function carries out one recorded run."""
    run_execute(run_id=run_id, at=timezone.now())


@app.periodic(cron="15 3 * * *")
@app.task(name="screening.snapshots_expire", queue="short")
def expire_snapshots(timestamp: int) -> None:
    """This function removes snapshot files past their days."""
    with acting_as(SYSTEM):
        snapshots_expire(before=timezone.now() - timedelta(days=settings.SNAPSHOT_KEEP_DAYS))
