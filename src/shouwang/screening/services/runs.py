"""Runs are asked for by a person or the clock; `carrying` is how the worker carries them out."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.office.services import progress_plan
from shouwang.people.access import Viewer
from shouwang.people.selectors import area_by_id
from shouwang.screening.models import Run
from shouwang.standards.selectors import version_in_force

STEPS = 3  # snapshot, rules, warnings
TASK = "screening.run"


class AreaNotYours(Refusal):
    """The area lies outside the viewer's own."""

    def __init__(self) -> None:
        super().__init__("找不到这个辖区，或者它不归您管理，不能筛查。")


class RunUnderWay(Refusal):
    """The area is being screened already."""

    def __init__(self) -> None:
        super().__init__("这个辖区正在筛查，完成后再开始新的一次。进度见“筛查”页。")


def run_queue(run_id: int) -> bool:
    """This function hands a recorded run to the worker, unless it waits there already."""
    job = app.configure_task(TASK, queue="long", queueing_lock=f"{TASK}:{run_id}", allow_unknown=False)
    try:
        with transaction.atomic():
            job.defer(run_id=run_id)
    except AlreadyEnqueued:
        return False
    return True


def run_request(
    *, viewer: Viewer, area_id: int, on: date, at: datetime, is_queued: bool = True, is_daily: bool = False
) -> Run:
    """This function records a screening for the worker; not `is_queued`: the caller carries it out.

    A daily one follows the run before where it may; any other screens everybody. Raises AreaNotYours, RunUnderWay,
    NoPolicyInForce.
    """
    area = area_by_id(area_id)
    if area is None or not viewer.covers(area.lo, area.hi):
        raise AreaNotYours
    version = version_in_force(slot=area.lo, on=on)
    try:
        with transaction.atomic():
            run = Run.objects.create(
                slot=area.lo,
                hi=area.hi,
                area_name=str(area),
                on=on,
                pack_version=version,
                requested_at=at,
                requested_by=viewer.label,
                appointment_id=viewer.appointment_id,
                is_daily=is_daily,
            )
            progress = progress_plan(
                viewer=viewer,
                label=f"{'每日筛查' if is_daily else '筛查'} {area}（{on:%Y-%m-%d}）",
                at=at,
                slot=area.lo,
                total=STEPS,
                unit="步",
                href=f"/screening/{run.pk}/",
            )
            run.progress_id = progress.pk
            run.save(update_fields=["progress_id"])
            if is_queued:
                run_queue(run.pk)
            entry_append(
                viewer=viewer,
                action="run.request",
                subject_type="screening.Run",
                subject_id=run.pk,
                slot=area.lo,
                at=at,
                after={"on": on.isoformat(), "pack_version": version.pk, "is_daily": is_daily},
            )
    except IntegrityError:
        raise RunUnderWay from None
    return run
