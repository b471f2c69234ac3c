"""Jobs of casework: the collector, and the end of tasks nobody answered."""

from __future__ import annotations

from time import monotonic

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.casework.services import (
    clocks_lapse,
    clocks_recount,
    moves_collect,
    pauses_expire,
    sources_collect,
    tasks_expire,
)
from shouwang.casework.services.escalating import escalations_make
from shouwang.casework.services.profiling import profiles_fill
from shouwang.casework.services.tallying import tallies_check, tallies_fold
from shouwang.kit.workdays import calendar_seed

STRETCH_SECONDS = 50


@app.periodic(cron="* * * * *")
@app.task(name="casework.collect", queue="short", queueing_lock="casework.collect", lock="casework.collect")
def collect_sources(timestamp: int) -> None:
    """This function takes new clues and warnings into cases, and cases along with their households, each minute.

    After an evening's flush it goes on for most of the minute, so that moves of households are not kept waiting.
    """
    now = timezone.now()
    until = monotonic() + STRETCH_SECONDS
    moves_collect(at=now)
    sources_collect(at=now, goes_on=lambda: monotonic() < until)


@app.periodic(cron="1 16 * * *")  # times of jobs are UTC: one minute past midnight in China
@app.task(name="casework.clocks", queue="short", queueing_lock="casework.clocks", lock="casework.clocks")
def count_clocks(timestamp: int) -> None:
    """This function lets paused clocks go on, and counts anew what no published calendar covered, each night."""
    pauses_expire(at=timezone.now())
    clocks_recount(since=calendar_seed().last)


@app.periodic(cron="10 16,23 * * *")  # after midnight, and before the morning digest, in China
@app.task(name="casework.escalate", queue="short", queueing_lock="casework.escalate", lock="casework.escalate")
def escalate(timestamp: int) -> None:
    """This function takes what is late one step up, each night."""
    escalations_make(at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="casework.tallies_fold", queue="short", queueing_lock="casework.tallies", lock="casework.tallies")
def fold_tallies(timestamp: int) -> None:
    """This function adds the last minute's changes to the kept counts."""
    tallies_fold()


@app.periodic(cron="30 18 * * *")  # in the night in China
@app.task(name="casework.tallies_check", queue="long", queueing_lock="casework.tallies_check")
def check_tallies(timestamp: int) -> None:
    """This function compares the kept counts with a recount, each night."""
    tallies_check(at=timezone.now())


@app.periodic(cron="50 18 * * *")  # in the night in China
@app.task(name="casework.profiles_fill", queue="long", queueing_lock="casework.profiles_fill")
def fill_profiles(timestamp: int) -> None:
    """This function keeps what later cases are compared by, of cases decided before that was kept, each night."""
    last = 0
    while last := profiles_fill(after=last):
        pass


@app.periodic(cron="5 0 * * *")
@app.task(name="casework.tasks_expire", queue="short", queueing_lock="casework.tasks_expire")
def expire_tasks(timestamp: int) -> None:
    """This function ends the tasks whose clock ran out for good, and their grants, each night."""
    tasks_expire(at=timezone.now())


@app.periodic(cron="10 0 * * *")
@app.task(name="casework.clocks_lapse", queue="short", queueing_lock="casework.clocks_lapse")
def lapse_clocks(timestamp: int) -> None:
    """This function records each night which clocks of open cases ran out for good."""
    clocks_lapse(at=timezone.now())
