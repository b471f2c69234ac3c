"""Imports whose worker died go on: whatever stands still for a while is put back into the queue."""

from __future__ import annotations

from datetime import datetime, timedelta

from shouwang.people.access import SYSTEM, acting_as
from shouwang.sources.models import FeedImport
from shouwang.sources.services.reading import State
from shouwang.sources.services.uploads import READ_TASK, RUN_TASK, UNDO_TASK, job_defer

STILL_FOR = timedelta(minutes=5)


def imports_resume(*, at: datetime) -> int:
    """This function requeues imports that should move and did not for five minutes; returns how many.

    A job too many does no harm: each step looks where the import stands and never repeats a row.
    """
    with acting_as(SYSTEM):
        still = list(
            FeedImport.objects.filter(
                state__in=(State.WAITING, State.RUNNING, State.UNDOING), moved_at__lt=at - STILL_FOR
            )
        )
        for taken in still:
            if taken.state == State.UNDOING:
                task = UNDO_TASK
            else:
                task = RUN_TASK if taken.layout else READ_TASK
            job_defer(task, import_id=taken.pk)
    return len(still)
