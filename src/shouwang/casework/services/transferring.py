"""Transfer with acceptance: a body that was asked wrongly proposes another, which takes the task or declines it.

The clock keeps running, and the task is with an owner at every moment: the one that was asked, until the other accepts.
Neither may write the other's rows; once a body's right to its task or to a proposal is proven, the system writes.
"""

from __future__ import annotations

from datetime import datetime

from shouwang.casework.errors import (
    CaseClosed,
    ReasonsMissing,
    Recused,
    TaskNotFound,
    TransferNotFound,
    TransferRefused,
    TransferSettled,
)
from shouwang.casework.models import Case, CaseEvent, Task, Transfer
from shouwang.casework.selectors.barred import is_recused
from shouwang.casework.selectors.procedures import workflow_for
from shouwang.casework.selectors.transfers import takers_of, transfer_get
from shouwang.casework.services.machine import case_audit, event_add, stale_of
from shouwang.casework.services.scope import ASKED_ONLY
from shouwang.casework.services.tasks import DELIVER, grant_until, granted_fields, task_closed
from shouwang.kit.codes import Risk
from shouwang.kit.texts import numbers_refuse
from shouwang.office.rules import Figures, MessageKind
from shouwang.office.services import message_enqueue
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.people.selectors import organisations_by_ids
from shouwang.people.services.grants import grant_end, grant_give, grant_move

State = Transfer.State
ANSWERING = (Role.CLERK, Role.LEADER)


def transfer_propose(
    *, viewer: Viewer, task_id: int, version: int, organisation_id: int, reason: str, at: datetime
) -> Transfer:
    """This function proposes another body for a question that the viewer's organisation was asked.

    Raises TaskNotFound, TaskClosed, CaseStale, Recused, TransferRefused, ReasonsMissing.
    """
    mine = Task.objects.filter(pk=task_id, organisation_id=viewer.organisation_id or 0).first()
    if mine is None or viewer.role not in ANSWERING:
        raise TaskNotFound
    with acting_as(SYSTEM):
        case, task = _locked(task_id)
        if task.state != Task.State.OPEN:
            raise task_closed(task)
        if task.version != version:
            raise stale_of(case, case.version)
        if is_recused(viewer.user_id, case.household_id):
            raise Recused
        if task.asks == DELIVER:
            raise TransferRefused("落实救助的任务随措施走，不能转办。请县级防贫中心改措施的承办单位。")
        to = next((place for place in takers_of(task) if place.pk == organisation_id), None)
        if to is None:
            raise TransferRefused("请选一个本县能办这件事的单位。")
        if Transfer.objects.filter(task=task, state=State.PROPOSED).exists():
            raise TransferRefused("这项任务已经提出转办，正在等对方答复。要换单位的，请先收回。")
        if not reason.strip():
            raise ReasonsMissing("请写明为什么该由那个单位办。")
        numbers_refuse(reason)
        case.version += 1
        made = Transfer.objects.create(
            task=task, case=case, slot=task.slot, task_name=task.name, question=task.question,
            about="、".join(Risk(cause).label for cause in case.causes)[:100], due_on=task.due_on,
            from_organisation=task.organisation, to_organisation=to, reason=reason.strip()[:500], proposed_at=at,
            proposed_by=viewer.label[:200], proposed_by_user_id=viewer.user_id,
        )  # fmt: skip
        _told(case, made, viewer=viewer, at=at, action="task.offer",
              text=f"{task.organisation.name}提出把“{task.name}”转给{to.name}。{made.reason}")  # fmt: skip
        message_enqueue(
            organisation_id=to.pk, kind=MessageKind.TASK, figures=Figures({"count": 1}, (case.pk,)),
            key=f"transfer:{made.pk}", at=at,
        )  # fmt: skip
    return made


def transfer_accept(*, viewer: Viewer, transfer_id: int, at: datetime) -> Transfer:
    """This function takes a proposed task over: from now on it is the viewer's organisation's, due when it was before.

    Raises TransferNotFound, TransferSettled, TransferRefused, CaseClosed.
    """
    found = _mine(viewer, transfer_id, is_receiver=True)
    with acting_as(SYSTEM):
        case, task, transfer = _answerable(found)
        if Task.objects.filter(
            case=case, key=task.key, organisation_id=transfer.to_organisation_id, state=Task.State.OPEN
        ).exists():
            raise TransferRefused("本单位已有这个案件的同一项任务，不用再接收，请退回并说明。")
        to = organisations_by_ids({transfer.to_organisation_id})[transfer.to_organisation_id]
        task.organisation, task.kind, task.department = to, to.kind, to.department
        task.version += 1
        task.save(update_fields=["organisation", "kind", "department", "version"])
        _grant_follow(case, task, at=at)
        _settle(transfer, State.ACCEPTED, viewer=viewer, at=at)
        _told(case, transfer, viewer=viewer, at=at, action="task.take_over",
              text=f"{to.name}接收“{task.name}”，期限不变（{task.due_on:%Y-%m-%d}）")  # fmt: skip
    return transfer


def transfer_decline(*, viewer: Viewer, transfer_id: int, reason: str, at: datetime) -> Transfer:
    """This function declines a proposed task: it stays with who was asked.

    Raises TransferNotFound, TransferSettled, ReasonsMissing.
    """
    found = _mine(viewer, transfer_id, is_receiver=True)
    if not reason.strip():
        raise ReasonsMissing("请写明为什么不接收，对方会看到。")
    numbers_refuse(reason)
    with acting_as(SYSTEM):
        case, task, transfer = _answerable(found)
        _settle(transfer, State.DECLINED, viewer=viewer, at=at, answer=reason)
        _told(case, transfer, viewer=viewer, at=at, action="task.turn_down",
              text=f"{viewer.organisation_name}没有接收“{task.name}”，仍由{task.organisation.name}反馈。"
                   f"{transfer.answer}")  # fmt: skip
        message_enqueue(
            organisation_id=task.organisation_id, kind=MessageKind.TASK, figures=Figures({"count": 1}, (case.pk,)),
            key=f"transfer:{transfer.pk}:declined", at=at,
        )  # fmt: skip
    return transfer


def transfer_take_back(*, viewer: Viewer, transfer_id: int, at: datetime) -> Transfer:
    """This function takes a proposal back that nobody has answered; raises TransferNotFound, TransferSettled."""
    found = _mine(viewer, transfer_id, is_receiver=False)
    with acting_as(SYSTEM):
        case, task, transfer = _answerable(found)
        _settle(transfer, State.TAKEN_BACK, viewer=viewer, at=at)
        _told(case, transfer, viewer=viewer, at=at, action="task.take_back",
              text=f"{task.organisation.name}收回转办，“{task.name}”仍由本单位反馈")  # fmt: skip
    return transfer


def _mine(viewer: Viewer, transfer_id: int, *, is_receiver: bool) -> Transfer:
    found = transfer_get(viewer, transfer_id)
    own = found.to_organisation_id if is_receiver else found.from_organisation_id
    if own != viewer.organisation_id or viewer.role not in ANSWERING:
        raise TransferNotFound
    return found


def _locked(task_id: int) -> tuple[Case, Task]:
    """This function locks a task's case, then the task: in the order of every other write."""
    case_id = Task.objects.values_list("case_id", flat=True).get(pk=task_id)
    case = Case.objects.select_for_update().get(pk=case_id)
    task = Task.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=task_id)
    return case, task


def _answerable(found: Transfer) -> tuple[Case, Task, Transfer]:
    case = Case.objects.select_for_update().get(pk=found.case_id)
    task = Task.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=found.task_id)
    transfer = Transfer.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if transfer.state != State.PROPOSED:
        raise TransferSettled(State(transfer.state).label, transfer.answered_by)
    if not case.is_open:
        raise CaseClosed
    case.version += 1
    return case, task, transfer


def _grant_follow(case: Case, task: Task, *, at: datetime) -> None:
    """This function closes the household to who had the task and opens it to who has it now, where it needs that."""
    if Kind(task.kind) not in ASKED_ONLY:
        grant_end(task_id=task.pk, at=at)
    elif not grant_move(task_id=task.pk, organisation_id=task.organisation_id, until=grant_until(task), at=at):
        grant_give(
            organisation_id=task.organisation_id, household_id=task.household_id, slot=task.slot, case_id=case.pk,
            task_id=task.pk, fields=granted_fields(workflow_for(case).tasks[task.key].value), until=grant_until(task),
            at=at,
        )  # fmt: skip


def _settle(transfer: Transfer, state: str, *, viewer: Viewer, at: datetime, answer: str = "") -> None:
    transfer.state, transfer.answered_at = state, at
    transfer.answered_by, transfer.answered_by_user_id = viewer.label[:200], viewer.user_id
    transfer.answer = answer.strip()[:500]
    transfer.save(update_fields=["state", "answered_at", "answered_by", "answered_by_user_id", "answer"])


def _told(case: Case, transfer: Transfer, *, viewer: Viewer, at: datetime, action: str, text: str) -> None:
    event_add(case, viewer=viewer, at=at, what=CaseEvent.What.TRANSFER, text=text,
              data={"transfer_id": transfer.pk, "task_id": transfer.task_id})  # fmt: skip
    case.save(update_fields=["version"])
    case_audit(case, viewer=viewer, at=at, action=action, before=case.stage, transfer_id=transfer.pk,
               task_id=transfer.task_id, to=transfer.to_organisation_id)  # fmt: skip
