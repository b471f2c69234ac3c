"""Jobs of assistance: months that were asked for."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.assistance.services import month_execute, months_resume


@app.task(name="assistance.month", queue="long")
def record_month(work_id: int) -> None:
    """This function carries out one recorded month."""
    month_execute(work_id=work_id, at=timezone.now())


@app.periodic(cron="*/2 * * * *")
@app.task(name="assistance.months_resume", queue="short")
def resume_months(timestamp: int) -> None:
    """This function puts months back into the queue whose worker died."""
    months_resume(at=timezone.now())
