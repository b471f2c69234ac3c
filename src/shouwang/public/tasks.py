"""Jobs of public: what was handed in goes on its way each minute; old counts are forgotten each night."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.public.services.collecting import applications_take, attempts_sweep
from shouwang.public.services.petitions import objections_take


@app.periodic(cron="* * * * *")
@app.task(name="public.collect", queue="short", queueing_lock="public.collect", lock="public.collect")
def collect_public(timestamp: int) -> None:
    """This function makes clues of applications and lets objections lead their cases back, each minute."""
    now = timezone.now()
    applications_take(at=now)
    objections_take(at=now)


@app.periodic(cron="15 3 * * *")
@app.task(name="public.sweep", queue="short", queueing_lock="public.sweep")
def sweep_attempts(timestamp: int) -> None:
    """This function forgets the counts of past tries, each night."""
    attempts_sweep(at=timezone.now())
