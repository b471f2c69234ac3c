"""Jobs of sources: arguments are row ids only."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.sources.services.importing import feed_import_run
from shouwang.sources.services.reading import feed_read
from shouwang.sources.services.scoring import pairs_score
from shouwang.sources.services.undoing import feed_import_undo_run
from shouwang.sources.services.uploads import READ_TASK, RUN_TASK, SCORE_TASK, UNDO_TASK


@app.task(name=READ_TASK, queue="long")
def read(import_id: int) -> None:
    """This function finds the headings of a delivered file."""
    feed_read(import_id=import_id, at=timezone.now())


@app.task(name=RUN_TASK, queue="long")
def run(import_id: int) -> None:
    """This function imports a file, or goes on with an interrupted import."""
    feed_import_run(import_id=import_id, clock=timezone.now)


@app.task(name=UNDO_TASK, queue="long")
def undo(import_id: int) -> None:
    """This function takes an import back."""
    feed_import_undo_run(import_id=import_id, clock=timezone.now)


@app.task(name=SCORE_TASK, queue="long")
def score(import_id: int) -> None:
    """This function scores the pairs of an import that people must compare."""
    pairs_score(import_id=import_id, at=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="sources.feeds_resume", queue="short")
def resume(timestamp: int) -> None:
    """This function puts imports back into the queue whose worker died."""
    from shouwang.sources.services.resuming import imports_resume

    imports_resume(at=timezone.now())
