"""Jobs of casework: the collector, and the end of tasks nobody answered."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.casework.services import moves_collect, sources_collect, tasks_expire


@app.periodic(cron="* * * * *")
@app.task(name="casework.collect", queue="short", queueing_lock="casework.collect", lock="casework.collect")
def collect_sources(timestamp: int) -> None:
    """This function takes new clues and warnings into cases, and cases along with their households, each minute."""
    now = timezone.now()
    moves_collect(at=now)
    sources_collect(at=now)


@app.periodic(cron="5 0 * * *")
@app.task(name="casework.tasks_expire", queue="short", queueing_lock="casework.tasks_expire")
def expire_tasks(timestamp: int) -> None:
    """This function ends the tasks whose clock ran out for good, and their grants, each night."""
    tasks_expire(at=timezone.now())
