"""Tasks: opened, answered, withdrawn, ended by their clock; each with its grant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet

from shouwang.casework.errors import (
    FigureRefused,
    OrganisationMissing,
    ReasonsMissing,
    Recused,
    TaskClosed,
    TaskNotAllowed,
    TaskNotFound,
)
from shouwang.casework.models import Answer, Case, CaseEvent, Task, Transfer
from shouwang.casework.rules import PaperKind
from shouwang.casework.selectors.barred import barred_users, is_recused
from shouwang.casework.selectors.clocks import due_on_calendar
from shouwang.casework.selectors.procedures import stage_for, workflow_for
from shouwang.casework.services.attaching import papers_add
from shouwang.casework.services.machine import (
    actor_check,
    case_audit,
    case_locked,
    case_move,
    changed,
    event_add,
    stale_of,
)
from shouwang.casework.services.scope import ASKED_ONLY, writing_for
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.papers import Ready
from shouwang.kit.texts import numbers_refuse
from shouwang.office.rules import Figures, MessageKind
from shouwang.office.services import message_enqueue
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.people.selectors import organisation_for, organisations_for
from shouwang.people.services.grants import grant_end, grant_give
from shouwang.rulebook.workflow import ANY, FIGURE_UNITS, Act, Stage
from shouwang.rulebook.workflow import Task as TaskKind

DELIVER = "deliver"
LARGEST = 10**13  # a hundred billion yuan: whoever types more has slipped
GRANT_DAYS_WITHOUT_EXPIRY = 180
What = CaseEvent.What


def task_open(
    *,
    viewer: Viewer,
    case_id: int,
    key: str,
    at: datetime,
    organisation_id: int | None = None,
    note: str = "",
    version: int | None = None,
) -> Task:
    """This function opens one task of the kinds that the case's present stage allows, e.g. to deliver help.

    Raises TaskNotAllowed, OrganisationMissing. Help's own pages use it; verification is sent by `case_dispatch`.
    """
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        stage = stage_for(case)
        if stage is None or stage.act is Act.DISPATCH or key not in workflow_for(case).tasks_of(stage):
            raise TaskNotAllowed
        actor_check(case, stage, viewer)
        case.version += 1
        task = task_add(case, viewer=viewer, key=key, organisation_id=organisation_id, note=note, at=at)
        event_add(case, viewer=viewer, at=at, what=What.SENT, text=f"交办：{task.organisation.name}（{task.name}）",
                  data={"task_ids": [task.pk]})  # fmt: skip
        case.sent_at = case.sent_at or at
        case.save(update_fields=["version", "sent_at"])
        case_audit(case, viewer=viewer, at=at, action="task.open", before=case.stage, task_id=task.pk)
    return task


def task_add(
    case: Case, *, viewer: Viewer, key: str, organisation_id: int | None, note: str, at: datetime, round: int = 1
) -> Task:
    """This function adds a task and gives its grant; the caller has locked the case and checked the actor."""
    numbers_refuse(note)
    flow = workflow_for(case)
    stated = flow.tasks[key]
    kind: TaskKind = stated.value
    department = "" if kind.department == ANY else kind.department
    if organisation_id is None:
        organisation = organisation_for(slot=case.slot, kind=Kind(kind.to), department=department)
    else:
        places = organisations_for(slot=case.slot, kind=Kind(kind.to), department=department)
        if kind.department == ANY:
            places = _of_any_department(case.slot, kind)
        organisation = places.filter(pk=organisation_id).first()
    if organisation is None:
        raise OrganisationMissing(stated.name)
    due = due_on_calendar(flow, kind.clock, at.astimezone(SHANGHAI).date())
    task = Task.objects.create(
        case=case,
        slot=case.slot,
        household_id=case.household_id,
        key=key,
        name=stated.name,
        asks=kind.asks,
        question=kind.question,
        note=note.strip()[:500],
        kind=kind.to,
        department=organisation.department,
        organisation=organisation,
        round=round,
        opened_at=at,
        opened_by=viewer.label[:200],
        opened_by_user_id=viewer.user_id,
        due_on=due.on,
        warn_on=due.warn_on,
        expires_on=due.expires_on,
        is_due_provisional=due.is_provisional,
    )
    message_enqueue(
        organisation_id=organisation.pk, kind=MessageKind.TASK, figures=Figures({"count": 1}, (case.pk,)),
        key=f"task:{task.pk}", at=at,
    )  # fmt: skip
    if Kind(kind.to) in ASKED_ONLY:
        grant_give(
            organisation_id=organisation.pk,
            household_id=case.household_id,
            slot=case.slot,
            case_id=case.pk,
            task_id=task.pk,
            fields=granted_fields(kind),
            until=grant_until(task),
            at=at,
        )
    return task


def grant_until(task: Task) -> datetime:
    """This function returns the instant at which the household of a task closes to who was asked, if nobody answers."""
    return _end_of(task.expires_on or task.due_on + timedelta(days=GRANT_DAYS_WITHOUT_EXPIRY))


def granted_fields(kind: TaskKind) -> list[str]:
    """This function returns what of the household a task opens to who was asked."""
    # The register opens numbers by their kind: a task that needs them needs resident IDs, never phones or accounts.
    return [*kind.fields, *(["RESIDENT_ID"] if "identifiers" in kind.fields else [])]


def _of_any_department(slot: int, kind: TaskKind) -> QuerySet[Any]:
    from shouwang.people.selectors import organisations_of_kind

    return organisations_of_kind(slot=slot, kind=Kind(kind.to))


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=SHANGHAI)


def task_answer(
    *,
    viewer: Viewer,
    task_id: int,
    version: int,
    meets: bool,
    reasons: str,
    figures: Mapping[str, int],
    at: datetime,
    ready: Sequence[Ready] = (),
) -> Answer:
    """This function records an organisation's answer, ends its grant, and lets the case go on once all have answered.

    `ready` are photos and PDFs that prove it.

    `figures` are in the unit the pack names (fen for money). Raises TaskNotFound, TaskClosed, CaseStale,
    ReasonsMissing, FigureRefused.
    """
    mine = Task.objects.filter(pk=task_id, organisation_id=viewer.organisation_id or 0).first()
    if mine is None or viewer.role not in (Role.CLERK, Role.LEADER):
        raise TaskNotFound
    with writing_for(viewer, slot=mine.slot):
        case = Case.objects.select_for_update().get(pk=mine.case_id)
        task = Task.objects.select_for_update().select_related("organisation").get(pk=task_id)
        _answerable(task, case, version)
        if is_recused(viewer.user_id, case.household_id):
            raise Recused
        stated = workflow_for(case).tasks[task.key].value
        checked = _figures_checked(stated, figures)
        if not reasons.strip():
            raise ReasonsMissing
        case.version += 1
        answer = Answer.objects.create(
            task=task,
            case=case,
            slot=case.slot,
            organisation_id=task.organisation_id,
            meets=meets,
            reasons=reasons.strip()[:1000],
            figures=checked,
            at=at,
            actor=viewer.label[:200],
            user_id=viewer.user_id,
            appointment_id=viewer.appointment_id,
        )
        papers_add(
            case, viewer=viewer, ready=ready, at=at, kind=PaperKind.PROOF, kind_name=PaperKind.PROOF.label, task=task
        )
        _task_end(task, Task.State.ANSWERED, at=at)
        event_add(
            case,
            viewer=viewer,
            at=at,
            what=What.ANSWERED,
            text=f"{task.organisation.name}：{stated.yes if meets else stated.no}。{reasons.strip()}",
            data={"task_id": task.pk, "meets": meets},
        )
        before = case.stage
        _go_on(case, at=at)
        case_audit(case, viewer=viewer, at=at, action="task.answer", before=before, task_id=task.pk, meets=meets)
    return answer


def _answerable(task: Task, case: Case, version: int) -> None:
    if task.state != Task.State.OPEN:
        raise task_closed(task)
    if task.version != version:
        raise stale_of(case, case.version)


def task_closed(task: Task) -> TaskClosed:
    """This function returns the refusal that names who ended a task; its body may read that, if nothing of the case."""
    with acting_as(SYSTEM):
        events = CaseEvent.objects.filter(case_id=task.case_id, what__in=(What.ANSWERED, What.TASK_ENDED))
        theirs = list(events.filter(data__task_id=task.pk).order_by("pk"))
    return TaskClosed(Task.State(task.state).label, theirs=theirs, **changed(theirs))


def _figures_checked(stated: TaskKind, figures: Mapping[str, int]) -> dict[str, int]:
    checked: dict[str, int] = {}
    for key, figure in stated.figures.items():
        value = figures.get(key)
        if value is None:
            if figure.is_required:
                raise FigureRefused(key, f"请填写{figure.name}。")
            continue
        if not 0 <= value <= LARGEST:
            raise FigureRefused(key, f"{figure.name}要在 0 到一千亿{FIGURE_UNITS[figure.unit]}之间，请核对。")
        checked[key] = int(value)
    for key in figures:
        if key not in stated.figures:
            raise FigureRefused(key, "这项任务不用填这个金额。")
    return checked


def _task_end(task: Task, state: Task.State, *, at: datetime) -> None:
    task.state, task.ended_at = state, at
    task.version += 1
    task.save(update_fields=["state", "ended_at", "version"])
    Transfer.objects.filter(task=task, state=Transfer.State.PROPOSED).update(
        state=Transfer.State.ENDED, answered_at=at
    )  # fmt: skip
    grant_end(task_id=task.pk, at=at)


def _go_on(case: Case, *, at: datetime) -> None:
    """This function moves a case on once enough have answered or nobody is left to wait for, and saves it anyway."""
    stage = stage_for(case)
    said = _waited(case, stage) if stage is not None and stage.act is Act.ANSWERS else ""
    if said:
        case_move(case, viewer=SYSTEM, at=at, move_key="complete", text=said)
        return
    if stage is not None:
        case.barred_user_ids = barred_users(case, stage)
    case.save()


def _waited(case: Case, stage: Stage) -> str:
    """This function says why a case need not wait any longer; empty while it must.

    What counts is the last round of questions, and whatever of earlier rounds is still open.
    """
    asked = Task.objects.filter(case=case).exclude(asks=DELIVER)
    last = asked.aggregate(last=Max("round"))["last"] or 0
    states = Counter(asked.filter(Q(round=last) | Q(state=Task.State.OPEN)).values_list("state", flat=True))
    answered, waiting, expired = (states[state] for state in (Task.State.ANSWERED, Task.State.OPEN, Task.State.EXPIRED))
    if not waiting:
        return f"{answered} 个单位已反馈，{expired} 个逾期没有反馈" if expired else "各单位反馈齐全"
    if stage.is_enough(asked=answered + waiting + expired, answered=answered):
        return f"已有 {answered} 个单位反馈，够往下办，其余 {waiting} 个不再等"
    return ""


def task_withdraw(*, viewer: Viewer, task_id: int, version: int, reason: str, at: datetime) -> Task:
    """This function takes back a task that was sent to the wrong body; its grant ends with it."""
    found = Task.objects.filter(pk=task_id).first()
    if found is None or not viewer.can_see(found.slot) or viewer.kind is not Kind.COUNTY_CENTRE:
        raise TaskNotFound
    if not reason.strip():
        raise ReasonsMissing("请写明撤回的理由。")
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=found.case_id, version=None)
        task = Task.objects.select_for_update().select_related("organisation").get(pk=task_id)
        _answerable(task, case, version)
        case.version += 1
        _task_end(task, Task.State.WITHDRAWN, at=at)
        event_add(case, viewer=viewer, at=at, what=What.TASK_ENDED, data={"task_id": task.pk},
                  text=f"撤回{task.organisation.name}的任务。{reason.strip()}")  # fmt: skip
        before = case.stage
        _go_on(case, at=at)
        case_audit(case, viewer=viewer, at=at, action="task.withdraw", before=before, task_id=task.pk)
    return task


def tasks_expire(*, at: datetime, limit: int = 500) -> int:
    """This function ends the tasks whose clock ran out for good, with their grants; returns how many (worker only)."""
    on = at.astimezone(SHANGHAI).date()
    ended = 0
    with acting_as(SYSTEM):
        late = Task.objects.filter(state=Task.State.OPEN, expires_on__lt=on).order_by("pk")
        ids = list(late.values_list("pk", "case_id")[:limit])
    for task_id, case_id in ids:
        with acting_as(SYSTEM):
            case = Case.objects.select_for_update().get(pk=case_id)
            task = Task.objects.select_for_update().select_related("organisation").get(pk=task_id)
            if task.state != Task.State.OPEN:
                continue
            case.version += 1
            _task_end(task, Task.State.EXPIRED, at=at)
            event_add(case, viewer=SYSTEM, at=at, what=What.TASK_ENDED, data={"task_id": task.pk},
                      text=f"{task.organisation.name}逾期没有反馈，任务终止")  # fmt: skip
            before = case.stage
            _go_on(case, at=at)
            case_audit(case, viewer=SYSTEM, at=at, action="task.expire", before=before, task_id=task.pk)
            ended += 1
    return ended


def tasks_end_all(
    case: Case, *, viewer: Viewer, at: datetime, why: str = "案件结案", is_asked_only: bool = False
) -> None:
    """This function withdraws every open task of a case that closes; `is_asked_only` leaves help to be delivered."""
    tasks = Task.objects.select_for_update().filter(case=case, state=Task.State.OPEN).order_by("pk")
    for task in tasks.exclude(asks=DELIVER) if is_asked_only else tasks:
        _task_end(task, Task.State.WITHDRAWN, at=at)
        event_add(case, viewer=viewer, at=at, what=What.TASK_ENDED, text=f"{why}，{task.name}不用再反馈",
                  data={"task_id": task.pk})  # fmt: skip
