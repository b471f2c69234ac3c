"""Jobs of the register: arguments are row ids only."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.register.services.importing import import_run, imports_resume
from shouwang.register.services.importing.run import TASK


@app.task(name=TASK, queue="long")
def run(import_id: int) -> None:
    """This function imports the national system's exports, or goes on with an interrupted import."""
    import_run(import_id=import_id, clock=timezone.now)


@app.periodic(cron="*/5 * * * *")
@app.task(name="register.imports_resume", queue="short")
def resume(timestamp: int) -> None:
    """This function puts imports back into the queue whose worker died."""
    imports_resume(at=timezone.now())
