"""Runs: asked for by a person or the clock, carried out by the worker."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app

from shouwang.audit.services import entry_append
from shouwang.engine import ScreenResult, screen
from shouwang.kit.errors import Refusal
from shouwang.office.services import progress_advance, progress_fail, progress_finish, progress_plan, progress_start
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.selectors import area_by_id
from shouwang.screening.models import Run, Snapshot
from shouwang.screening.services.handled import handled_now, handled_table
from shouwang.screening.services.raising import warnings_raise
from shouwang.screening.services.snapshot import snapshot_folder, snapshot_take
from shouwang.standards.selectors import policy_by_version_id, version_in_force

STEPS = 3  # snapshot, rules, warnings


class AreaNotYours(Refusal):
    """The area lies outside the viewer's own."""

    def __init__(self) -> None:
        super().__init__("找不到这个辖区，或者它不归您管理，不能筛查。")


class RunUnderWay(Refusal):
    """The area is being screened already."""

    def __init__(self) -> None:
        super().__init__("这个辖区正在筛查，完成后再开始新的一次。进度见“筛查”页。")


def run_request(*, viewer: Viewer, area_id: int, on: date, at: datetime, is_queued: bool = True) -> Run:
    """This function records a screening for the worker; not `is_queued`: the caller carries it out herself.

    Raises AreaNotYours, RunUnderWay, NoPolicyInForce.
    """
    area = area_by_id(area_id)
    if area is None or not any(lo <= area.lo and area.hi <= hi for lo, hi in viewer.ranges):
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
            )
            progress = progress_plan(
                viewer=viewer,
                label=f"筛查 {area}（{on:%Y-%m-%d}）",
                at=at,
                slot=area.lo,
                total=STEPS,
                unit="步",
                href=f"/screening/{run.pk}/",
            )
            run.progress_id = progress.pk
            run.save(update_fields=["progress_id"])
            if is_queued:
                app.configure_task("screening.run", queue="long", allow_unknown=False).defer(run_id=run.pk)
            entry_append(
                viewer=viewer,
                action="run.request",
                subject_type="screening.Run",
                subject_id=run.pk,
                slot=area.lo,
                at=at,
                after={"on": on.isoformat(), "pack_version": version.pk},
            )
    except IntegrityError:
        raise RunUnderWay from None
    return run


def _screen(run: Run, snapshot: Snapshot) -> ScreenResult:
    policy = policy_by_version_id(run.pack_version_id, on=run.on)
    return screen(snapshot_folder(snapshot), policy, on=run.on, handled=handled_table(handled_now(), run, snapshot))


def run_execute(*, run_id: int, at: datetime) -> None:
    """This function carries out a recorded run: snapshot, rules, warnings. A failure leaves one sentence and no row."""
    with acting_as(SYSTEM):
        run = Run.objects.select_for_update().get(pk=run_id)
        if run.state not in (Run.State.WAITING, Run.State.RUNNING):
            return
        run.state = Run.State.RUNNING
        run.started_at = at
        run.save(update_fields=["state", "started_at"])
        if run.progress_id:
            progress_start(progress_id=run.progress_id, at=at, total=STEPS)
    try:
        _carry_out(run, at=at)
    except Refusal as refusal:
        _fail(run, at=at, message=refusal.message)
    except Exception:
        _fail(run, at=at, message="筛查因程序故障停止，没有产生任何预警。请联系系统管理员查看日志。")
        raise


def _carry_out(run: Run, *, at: datetime) -> None:
    with acting_as(SYSTEM):
        snapshot = snapshot_take(lo=run.slot, hi=run.hi, on=run.on, at=at)
        _advance(run, 1, at=at)
    with acting_as(SYSTEM):
        result = _screen(run, snapshot)
        _advance(run, 2, at=at)
    with acting_as(SYSTEM):
        raised = warnings_raise(run=run, snapshot=snapshot, result=result, at=at)
        run.snapshot = snapshot
        run.policy_digest = str(result.run.get("policy_digest", ""))
        run.state = Run.State.DONE
        run.households = int(result.run["households"])
        run.warnings_found = result.warnings.num_rows
        run.warnings_new = raised
        run.stale_feeds = [feed.sentence for feed in result.stale]
        run.finished_at = at
        run.save()
        if run.progress_id:
            progress_finish(
                progress_id=run.progress_id,
                at=at,
                message=f"{run.households} 户，新预警 {raised} 条。",
                partly=bool(run.stale_feeds),
            )
        # Policies are tried on this snapshot without waiting: its facts are cached now.
        app.configure_task("screening.whatif_prepare", queue="long", allow_unknown=False).defer(run_id=run.pk)


def _advance(run: Run, step: int, *, at: datetime) -> None:
    if run.progress_id:
        progress_advance(progress_id=run.progress_id, done=step, at=at)


def _fail(run: Run, *, at: datetime, message: str) -> None:
    with acting_as(SYSTEM):
        Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED, message=message[:500], finished_at=at)
        if run.progress_id:
            progress_fail(progress_id=run.progress_id, at=at, message=message)
