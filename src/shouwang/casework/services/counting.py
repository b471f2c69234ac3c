"""Counting clocks anew: every last day follows from when its clock began, the pack, the calendar and the pauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from shouwang.casework.models import Case, Notice, Pause, Task
from shouwang.casework.selectors.clocks import clocks_for, due_on_calendar, notice_end_on_calendar
from shouwang.casework.selectors.procedures import stage_for, workflow_for
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.workdays import WorkCalendar
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.services.grants import grant_extend
from shouwang.rulebook.workflow import Act
from shouwang.rulebook.workflow_policy import Due, Workflow
from shouwang.standards.selectors import calendar_in_force

DELIVER = "deliver"
BATCH = 500
CLOCKS = ("due_on", "warn_on", "is_due_provisional", "total_due_on", "total_warn_on")


@dataclass(frozen=True)
class _Still:
    """One pause as a clock sees it."""

    at: datetime
    paused_on: date
    resumed_on: date
    is_total: bool


def _pauses(case: Case) -> list[_Still]:
    reasons = clocks_for(case).pauses
    total = {key for key, stated in reasons.items() if stated.value.total}
    found = Pause.objects.filter(case=case).order_by("pk")
    return [
        _Still(pause.at, pause.paused_on, pause.resumed_on or pause.until_on, pause.reason_key in total)
        for pause in found
    ]


def _shifted(due: Due, flow: Workflow, clock: str, pauses: Sequence[_Still], since: datetime) -> Due:
    """This function moves a clock's days by the pauses that began while it ran."""
    is_working = flow.clocks[clock].unit == "working_day"
    calendar = calendar_in_force() if pauses else None
    for pause in pauses:
        if calendar is not None and pause.at >= since:
            due = _after(due, pause, calendar, is_working=is_working)
    return due


def _after(due: Due, pause: _Still, calendar: WorkCalendar, *, is_working: bool) -> Due:
    if due.on < pause.paused_on:
        return due

    def moved(day: date) -> date:
        return calendar.after_pause(
            day, paused_on=pause.paused_on, resumed_on=pause.resumed_on, is_working=is_working
        ).day

    # What was to be warned of before the pause is warned of again from the day the clock goes on.
    warn = moved(due.warn_on) if due.warn_on >= pause.paused_on else pause.resumed_on
    end = calendar.after_pause(due.on, paused_on=pause.paused_on, resumed_on=pause.resumed_on, is_working=is_working)
    expires = moved(due.expires_on) if due.expires_on else None
    return Due(end.day, min(warn, end.day), expires, due.is_provisional or end.is_provisional)


def task_clocks_set(case: Case) -> None:
    """This function counts the clocks of a case's open tasks anew, and lets their grants last as long."""
    flow, pauses = workflow_for(case), _pauses(case)
    for task in Task.objects.select_for_update().filter(case=case, state=Task.State.OPEN).order_by("pk"):
        clock = flow.tasks[task.key].value.clock
        start = task.opened_at.astimezone(SHANGHAI).date()
        due = _shifted(due_on_calendar(flow, clock, start), flow, clock, pauses, task.opened_at)
        if (due.on, due.warn_on, due.expires_on, due.is_provisional) == (
            task.due_on, task.warn_on, task.expires_on, task.is_due_provisional,
        ):  # fmt: skip
            continue
        task.due_on, task.warn_on, task.expires_on = due.on, due.warn_on, due.expires_on
        task.is_due_provisional = due.is_provisional
        task.save(update_fields=["due_on", "warn_on", "expires_on", "is_due_provisional"])
        if due.expires_on:
            until = datetime.combine(due.expires_on + timedelta(days=1), time.min, tzinfo=SHANGHAI)
            grant_extend(task_id=task.pk, until=until)


def total_clock_set(case: Case, flow: Workflow, *, on: date) -> None:
    """This function sets the clock over the whole procedure, and stops it where the case has come far enough.

    It stands still in the pauses whose reason says so. It does not save the case.
    """
    total = flow.procedures[case.procedure].value.total
    if total is None:
        case.total_due_on = case.total_warn_on = None
        return
    pauses = [pause for pause in _pauses(case) if pause.is_total] if case.pk else []
    due = _shifted(due_on_calendar(flow, total.clock, case.opened_on), flow, total.clock, pauses, case.opened_at)
    case.total_due_on, case.total_warn_on = due.on, due.warn_on
    if case.stage in total.until:
        case.total_met_on = case.total_met_on or on


def case_clocks_set(case: Case, *, on: date) -> None:
    """This function counts the clocks of a case and of its open tasks anew; it does not save the case.

    A stage that waits for answers is due when the last of its tasks is; one whose notice hangs, when that has run.
    """
    task_clocks_set(case)
    stage = stage_for(case)
    if stage is None:
        return
    flow = workflow_for(case)
    if case.total_met_on is None and case.total_lapsed_on is None:  # one that is over is not opened again
        total_clock_set(case, flow, on=on)
    notice = Notice.objects.filter(case=case, state=Notice.State.POSTED).first()
    if notice is not None:
        _notice_clock_set(case, notice, flow)
    elif stage.act is Act.ANSWERS:
        _answers_clock_set(case)
    elif stage.clock:
        start = case.stage_since_at.astimezone(SHANGHAI).date()
        due = _shifted(due_on_calendar(flow, stage.clock, start), flow, stage.clock, _pauses(case), case.stage_since_at)
        case.due_on, case.warn_on, case.is_due_provisional = due.on, due.warn_on, due.is_provisional
        if case.expires_on is not None:  # a lapse that is recorded already is not recorded again
            case.expires_on = due.expires_on


def _notice_clock_set(case: Case, notice: Notice, flow: Workflow) -> None:
    ends = notice_end_on_calendar(flow, notice.key, notice.posted_on)
    notice.ends_on, notice.is_end_provisional = ends.day, ends.is_provisional
    notice.save(update_fields=["ends_on", "is_end_provisional"])
    case.due_on = case.warn_on = ends.day + timedelta(days=1)
    case.is_due_provisional = ends.is_provisional


def _answers_clock_set(case: Case) -> None:
    asked = list(Task.objects.filter(case=case).exclude(asks=DELIVER).order_by("pk"))
    last = max((task.round for task in asked), default=0)
    tasks = [task for task in asked if task.round == last]
    if tasks:
        case.due_on = max(task.due_on for task in tasks)
        case.warn_on = min(task.warn_on for task in tasks)
        case.is_due_provisional = any(task.is_due_provisional for task in tasks)


def clocks_recount(*, since: date) -> int:
    """This function counts anew the clocks of open cases that reach beyond a day, and returns how many changed.

    The worker runs it when the operator has recorded a year of holidays, and each night.
    """
    with acting_as(SYSTEM):
        open_ = Case.objects.filter(
            Q(due_on__gte=since) | Q(total_due_on__gte=since) | Q(tasks__state="OPEN", tasks__due_on__gte=since)
        )
        ids = sorted(set(open_.filter(closed_on__isnull=True).values_list("pk", flat=True)))
    changed = 0
    for start in range(0, len(ids), BATCH):
        with acting_as(SYSTEM):
            for case in Case.objects.select_for_update().filter(pk__in=ids[start : start + BATCH]).order_by("pk"):
                before = [getattr(case, name) for name in CLOCKS]
                if case.is_open:
                    case_clocks_set(case, on=since)
                if [getattr(case, name) for name in CLOCKS] != before:
                    case.save(update_fields=[*CLOCKS, "total_met_on", "expires_on"])
                    changed += 1
    return changed
