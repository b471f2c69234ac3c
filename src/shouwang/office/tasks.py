"""Jobs of the office."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.office.services import files_expire, sendings_expire
from shouwang.office.services.delivering import deliveries_send
from shouwang.office.services.sweeping import files_sweep
from shouwang.people.access import SYSTEM, acting_as


@app.periodic(cron="* * * * *")
@app.task(name="office.deliver", queue="short", queueing_lock="office.deliver", lock="office.deliver")
def deliver(timestamp: int) -> None:
    """This function sends what waits in the outbox, each minute."""
    deliveries_send(clock=timezone.now)


@app.periodic(cron="20 * * * *")
@app.task(name="office.files_expire", queue="short", queueing_lock="office.files_expire")
def expire_files(timestamp: int) -> None:
    """This function removes files past their day, and those that nothing knows, each hour."""
    with acting_as(SYSTEM):
        files_expire(at=timezone.now())
        files_sweep(at=timezone.now())


@app.periodic(cron="40 2 * * *")
@app.task(name="office.sendings_expire", queue="short", queueing_lock="office.sendings_expire")
def expire_sendings(timestamp: int) -> None:
    """This function forgets keys past their day, each night, some at a time."""
    with acting_as(SYSTEM):
        while sendings_expire(at=timezone.now()):
            pass
