"""Runs of the data-quality checks: asked for by a person, an import or the clock, carried out by the worker."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app

from shouwang.audit.services import entry_append
from shouwang.engine.checks import CheckResult, check
from shouwang.kit.errors import Refusal
from shouwang.office.services import progress_finish, progress_plan, progress_start
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.selectors import area_by_id
from shouwang.screening.models import CheckRun, Snapshot
from shouwang.screening.rules import COUNTY
from shouwang.screening.services.check_hits import hits_record
from shouwang.screening.services.check_rules import provisions_in_force
from shouwang.screening.services.runs import AreaNotYours
from shouwang.screening.services.snapshot import snapshot_folder, snapshot_take
from shouwang.screening.services.telling import run_fail, step_reached
from shouwang.standards.selectors import policy_by_version_id, version_in_force

STEPS = 3  # snapshot, rules, hits
TASK = "screening.check"


class CheckUnderWay(Refusal):
    """The county is being checked already."""

    def __init__(self) -> None:
        super().__init__("这个县正在核查，完成后再开始新的一次。进度见“数据质量”页。")


class DayBeforeLast(Refusal):
    """A later day has been checked: an earlier one would mend what stands today."""

    def __init__(self, on: date) -> None:
        super().__init__(f"已经核查到 {on:%Y-%m-%d}，不能再按更早的一天核查。")


def check_request(*, viewer: Viewer, area_id: int, on: date, at: datetime, is_queued: bool = True) -> CheckRun:
    """This function records a run of the checks over a county; not `is_queued`: the caller carries it out.

    Raises AreaNotYours, CheckUnderWay, DayBeforeLast, NoPolicyInForce.
    """
    area = area_by_id(area_id)
    inside = area is not None and viewer.covers(area.lo, area.hi)
    if area is None or not inside or area.level != COUNTY:
        raise AreaNotYours
    version = version_in_force(slot=area.lo, on=on)
    last = CheckRun.objects.filter(slot=area.lo, state=CheckRun.State.DONE).order_by("-on").first()
    if last is not None and last.on > on:
        raise DayBeforeLast(last.on)
    try:
        with transaction.atomic():
            run = CheckRun.objects.create(
                slot=area.lo, hi=area.hi, area_name=str(area), on=on, pack_version=version, requested_at=at,
                requested_by=viewer.label, appointment_id=viewer.appointment_id,
            )  # fmt: skip
            progress = progress_plan(
                viewer=viewer, label=f"数据质量核查 {area}（{on:%Y-%m-%d}）", at=at, slot=area.lo, total=STEPS,
                unit="步", href="/screening/checks/",
            )  # fmt: skip
            run.progress_id = progress.pk
            run.save(update_fields=["progress_id"])
            if is_queued:
                app.configure_task(TASK, queue="long", allow_unknown=False).defer(run_id=run.pk)
            entry_append(
                viewer=viewer, action="check.request", subject_type="screening.CheckRun", subject_id=run.pk,
                slot=area.lo, at=at, after={"on": on.isoformat(), "pack_version": version.pk},
            )  # fmt: skip
    except IntegrityError:
        raise CheckUnderWay from None
    return run


def check_execute(*, run_id: int, at: datetime) -> None:
    """This function carries out a recorded run: snapshot, rules, hits. A failure leaves one sentence and no hit."""
    with acting_as(SYSTEM):
        run = CheckRun.objects.select_for_update().get(pk=run_id)
        if run.state not in (CheckRun.State.WAITING, CheckRun.State.RUNNING):
            return
        CheckRun.objects.filter(pk=run.pk).update(state=CheckRun.State.RUNNING)
        if run.progress_id:
            progress_start(progress_id=run.progress_id, at=at, total=STEPS)
    try:
        _carry_out(run, at=at)
    except Refusal as refusal:
        run_fail(run, at=at, message=refusal.message)
    except Exception:
        run_fail(run, at=at, message="核查因程序故障停止，原来的结果没有变动。请联系系统管理员查看日志。")
        raise


def _carry_out(run: CheckRun, *, at: datetime) -> None:
    with acting_as(SYSTEM):
        snapshot = snapshot_take(lo=run.slot, hi=run.hi, on=run.on, at=at)
        extra = provisions_in_force(lo=run.slot, hi=run.hi)
        step_reached(run, 1, at=at)
    with acting_as(SYSTEM):
        policy = policy_by_version_id(run.pack_version_id, on=run.on)
        result = check(snapshot_folder(snapshot), policy, on=run.on, extra=extra, with_undecided=True)
        step_reached(run, 2, at=at)
    with acting_as(SYSTEM):
        _finish(run, snapshot, result, at=at)


def _finish(run: CheckRun, snapshot: Snapshot, result: CheckResult, *, at: datetime) -> None:
    found = hits_record(run=run, snapshot=snapshot, result=result)
    report = result.report
    run.snapshot = snapshot
    run.policy_digest = str(report["policy_digest"])
    run.state = CheckRun.State.DONE
    run.villages, run.households, run.persons = (int(report[n]) for n in ("villages", "households", "persons"))
    run.hits, run.hits_new, run.hits_mended = result.hits.num_rows, found.new, found.mended
    run.rules, run.missing = report["rules"], report["missing_tables"]
    run.finished_at = at
    run.save()
    if run.progress_id:
        progress_finish(
            progress_id=run.progress_id, at=at,
            message=f"{run.hits} 处要改，其中新发现 {run.hits_new} 处；改好 {run.hits_mended} 处。",
        )  # fmt: skip
