"""Jobs of evaluation."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.evaluation.services import weak_removals_search


@app.periodic(cron="20 19 * * *")  # in the night in China
@app.task(name="evaluation.weak_search", queue="long", queueing_lock="evaluation.weak", lock="evaluation.weak")
def search_weak_removals(timestamp: int) -> None:
    """This function looks each night for removals that may have been weak."""
    weak_removals_search(at=timezone.now())
