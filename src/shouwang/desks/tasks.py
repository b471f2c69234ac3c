"""Jobs of desks."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.desks.services import digests_make


@app.periodic(cron="0,30 23 * * *")  # seven o'clock in China, and once more for what a restart left out
@app.task(name="desks.digest", queue="short", queueing_lock="desks.digest", lock="desks.digest")
def digest(timestamp: int) -> None:
    """This function tells every desk what waits, each morning."""
    digests_make(at=timezone.now())
