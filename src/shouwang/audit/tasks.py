"""The job that seals the log."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.audit.services.sealing import entries_seal


@app.periodic(cron="* * * * *")
@app.task(name="audit.seal", queue="short", queueing_lock="audit.seal", lock="audit.seal")
def seal_entries(timestamp: int) -> None:
    """This function seals what was written until now, each minute."""
    entries_seal(at=timezone.now())
