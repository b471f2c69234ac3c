"""Jobs of rounds: arguments are row ids only."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.rounds.services import arrivals_list, round_list, rounds_resume
from shouwang.rounds.services.opening import TASK


@app.task(name=TASK, queue="long")
def list_households(round_id: int) -> None:
    """This function lists the households of a round that was opened over many villages."""
    round_list(round_id=round_id, at=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="rounds.resume", queue="long", queueing_lock="rounds.resume", lock="rounds.resume")
def resume(timestamp: int) -> None:
    """This function goes on with lists whose worker died."""
    rounds_resume(at=timezone.now())


@app.periodic(cron="40 1 * * *")
@app.task(name="rounds.arrive", queue="long", queueing_lock="rounds.arrive", lock="rounds.arrive")
def arrive(timestamp: int) -> None:
    """This function adds to running rounds the households that came into their villages."""
    arrivals_list(at=timezone.now())
