"""Work that somebody asked for on a page and the worker carries out: queued, begun, taken up again, ended.

A room keeps such work in a table of its own, with `state`, `attempts`, `progress_id`, `appointment_id`, `said`,
`requested_at` and `finished_at`, and says here what its errands are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.kit.locks import Lock
from shouwang.office.services.holding import process_lock
from shouwang.office.services.progress import progress_fail, progress_finish, progress_start
from shouwang.people.access import SYSTEM, Viewer, acting_as, viewer_for
from shouwang.people.selectors import appointment_by_id

ATTEMPTS = 3  # work whose worker died so often is given up
STILL_FOR = timedelta(minutes=1)
UNDER_WAY = ("WAITING", "RUNNING")


@dataclass(frozen=True)
class Errands:
    """One kind of such work: the worker's task, the lock held while one is carried out, and the table.

    `broken` is said of one that met a fault of the program, `given_up` of one whose worker died `ATTEMPTS` times.
    """

    task: str
    lock: Lock
    model: type[Any]
    broken: str
    given_up: str

    def queue(self, work_id: int) -> bool:
        """This function hands the work to the worker, and tells whether it did not wait there already."""
        job = app.configure_task(self.task, queue="long", queueing_lock=f"{self.task}:{work_id}", allow_unknown=False)
        try:
            with transaction.atomic():
                job.defer(work_id=work_id)
        except AlreadyEnqueued:
            return False
        return True

    def execute(self, work_id: int, carry_out: Callable[[Any], None], *, at: datetime) -> None:
        """This function carries the work out; what is finished, or another process's, is left alone."""
        with process_lock(self.lock.key(work_id)) as is_mine:
            work = self._begin(work_id, at=at) if is_mine else None
            if work is None:
                return
            try:
                carry_out(work)
            except Refusal as refusal:
                self.end(work, "FAILED", refusal.message, at=at)
            except Exception:
                self.end(work, "FAILED", self.broken, at=at)
                raise

    def resume(self, *, at: datetime) -> int:
        """This function queues work again that nobody is carrying out, and returns how much; worker only."""
        with acting_as(SYSTEM):
            found = self.model.objects.filter(state__in=UNDER_WAY, requested_at__lt=at - STILL_FOR)
            waiting = list(found.values_list("pk", flat=True))
        resumed = 0
        for work_id in waiting:
            with process_lock(self.lock.key(work_id)) as is_free, acting_as(SYSTEM):
                resumed += is_free and self.queue(work_id)
        return resumed

    def end(self, work: Any, state: str, said: str, *, at: datetime) -> None:
        """This function ends the work as DONE, PARTLY or FAILED with one sentence, and its progress with it."""
        with acting_as(SYSTEM):
            self.model.objects.filter(pk=work.pk).update(state=state, said=said[:300], finished_at=at)
            if work.progress_id and state == "FAILED":
                progress_fail(progress_id=work.progress_id, at=at, message=said)
            elif work.progress_id:
                progress_finish(progress_id=work.progress_id, at=at, message=said, partly=state == "PARTLY")

    def _begin(self, work_id: int, *, at: datetime) -> Any | None:
        with acting_as(SYSTEM):
            work = self.model.objects.select_for_update().get(pk=work_id)
            if work.state not in UNDER_WAY:
                return None
            if work.attempts < ATTEMPTS:
                work.state, work.attempts = "RUNNING", work.attempts + 1
                work.save(update_fields=["state", "attempts"])
                if work.progress_id:
                    progress_start(progress_id=work.progress_id, at=at)
                return work
        self.end(work, "FAILED", self.given_up, at=at)
        return None


def errand_viewer(work: Any, *, at: datetime) -> Viewer | None:
    """This function returns who asked, as the appointment stands now; None where it is gone."""
    with acting_as(SYSTEM):
        appointment = appointment_by_id(work.appointment_id)
    return viewer_for(appointment, on=at.astimezone(SHANGHAI).date()) if appointment is not None else None
