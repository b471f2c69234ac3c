"""What a run says of itself while it goes: the step it has reached, or the sentence it stopped with."""

from __future__ import annotations

from datetime import datetime

from shouwang.office.services import progress_advance, progress_fail
from shouwang.people.access import SYSTEM, acting_as
from shouwang.screening.models import CheckRun, Run


def step_reached(run: Run | CheckRun, step: int, *, at: datetime) -> None:
    """This function moves the bar of whoever asked for a run; nobody asked for those of the night."""
    if run.progress_id:
        progress_advance(progress_id=run.progress_id, done=step, at=at)


def run_fail(run: Run | CheckRun, *, at: datetime, message: str) -> None:
    """This function ends a run with one sentence."""
    with acting_as(SYSTEM):
        type(run)._default_manager.filter(pk=run.pk).update(
            state=type(run).State.FAILED, message=message[:500], finished_at=at
        )
        if run.progress_id:
            progress_fail(progress_id=run.progress_id, at=at, message=message)
