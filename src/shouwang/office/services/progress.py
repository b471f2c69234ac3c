"""Progress of long work, as people wait for it."""

from __future__ import annotations

from datetime import datetime

from shouwang.office.models import Progress
from shouwang.people.access import Viewer


def progress_plan(
    *,
    viewer: Viewer,
    label: str,
    at: datetime,
    slot: int | None = None,
    total: int | None = None,
    unit: str = "行",
    href: str = "",
) -> Progress:
    """This function records work that waits for the worker."""
    return Progress.objects.create(
        organisation_id=viewer.organisation_id,
        appointment_id=viewer.appointment_id,
        slot=slot,
        label=label,
        total=total,
        unit=unit,
        href=href,
        created_at=at,
        changed_at=at,
    )


def progress_start(*, progress_id: int, at: datetime, total: int | None = None) -> None:
    """This function marks the work as begun (again, after a restart) with its total when known."""
    fields: dict[str, object] = {"state": Progress.State.RUNNING, "changed_at": at, "started_at": at}
    if total is not None:
        fields["total"] = total
    Progress.objects.filter(pk=progress_id).update(**fields)


def progress_advance(*, progress_id: int, done: int, at: datetime, total: int | None = None, message: str = "") -> None:
    """This function sets how much is done so far."""
    fields: dict[str, object] = {"done": done, "changed_at": at, "state": Progress.State.RUNNING}
    if total is not None:
        fields["total"] = total
    if message:
        fields["message"] = message
    Progress.objects.filter(pk=progress_id).update(**fields)


def progress_finish(*, progress_id: int, at: datetime, message: str = "", partly: bool = False, href: str = "") -> None:
    """This function marks the work as done, wholly or partly, with one sentence and where the result is."""
    state = Progress.State.PARTLY if partly else Progress.State.DONE
    fields: dict[str, object] = {"state": state, "changed_at": at, "finished_at": at, "message": message[:500]}
    if href:
        fields["href"] = href
    Progress.objects.filter(pk=progress_id).update(**fields)


def progress_fail(*, progress_id: int, at: datetime, message: str) -> None:
    """This function marks the work as not done, with one sentence that says why and what to do."""
    Progress.objects.filter(pk=progress_id).update(
        state=Progress.State.FAILED, changed_at=at, finished_at=at, message=message[:500]
    )
