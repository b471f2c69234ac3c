"""Taking an import back: all its facts, its matches, and the feed's date; the record that it happened stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.people.access import Viewer, acting_as
from shouwang.sources.models import FeedImport
from shouwang.sources.services.errors import NotAtThisStep
from shouwang.sources.services.importing import feed_date_renew
from shouwang.sources.services.reading import State, import_load, worker_viewer
from shouwang.sources.services.recording import facts_take_back
from shouwang.sources.services.uploads import SUBJECT, UNDO_TASK, import_for_change, job_defer


def feed_import_undo(
    *, viewer: Viewer, import_id: int, version: int | None, at: datetime, is_queued: bool = True
) -> FeedImport:
    """This function asks the worker to take an import back; raises ImportNotFound, ImportStale or NotAtThisStep."""
    with transaction.atomic():
        taken = import_for_change(viewer, import_id, version=version)
        if taken.state not in (State.DONE, State.MAPPING, State.RUNNING, State.FAILED):
            raise NotAtThisStep(taken.get_state_display())
        taken.state = State.UNDOING
        taken.version += 1
        taken.moved_at = at
        taken.save(update_fields=["state", "version", "moved_at"])
        entry_append(
            viewer=viewer, action="feed.undo", subject_type=SUBJECT, subject_id=taken.pk, slot=taken.slot, at=at,
            after={"rows": taken.rows_read, "facts": taken.facts_recorded},
        )  # fmt: skip
        if is_queued:
            job_defer(UNDO_TASK, import_id=taken.pk)
    return taken


def feed_import_undo_run(*, import_id: int, clock: Callable[[], datetime]) -> None:
    """This function takes every fact of an import back, all at once or not at all."""
    taken = import_load(import_id)
    viewer = worker_viewer(taken)
    with acting_as(viewer):
        locked = FeedImport.objects.select_for_update(of=("self",)).select_related("feed").get(pk=import_id)
        if locked.state != State.UNDOING:
            return
        at = clock()
        undone = facts_take_back(locked, viewer=viewer, at=at)
        locked.state, locked.undone_at = State.UNDONE, at
        locked.save(update_fields=["state", "undone_at"])
        feed_date_renew(locked.feed)
        entry_append(
            viewer=viewer, action="feed.undone", subject_type=SUBJECT, subject_id=locked.pk, slot=locked.slot, at=at,
            after={"facts": undone},
        )  # fmt: skip
