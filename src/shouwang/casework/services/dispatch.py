"""送核查: the county centre puts a case's questions to departments, township and insurer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from shouwang.casework.errors import NothingToSend, TaskNotAllowed
from shouwang.casework.models import Case, CaseEvent, Task
from shouwang.casework.selectors.procedures import workflow_for
from shouwang.casework.services.machine import actor_check, case_audit, case_locked, case_move, stage_at
from shouwang.casework.services.scope import writing_for
from shouwang.casework.services.tasks import task_add
from shouwang.people.access import Viewer
from shouwang.rulebook.workflow import Act


@dataclass(frozen=True)
class TaskOrder:
    """One task to open: its key in the pack, the organisation (None: the one that answers for the place), a note."""

    key: str
    organisation_id: int | None = None
    note: str = ""


def case_dispatch(
    *, viewer: Viewer, case_id: int, version: int, tasks: Sequence[TaskOrder | str], at: datetime, note: str = ""
) -> Case:
    """This function sends a case out for verification: one task, grant and clock per organisation.

    Raises CaseStale, WrongStage, NotYourTurn, OwnWork, NothingToSend, TaskNotAllowed, OrganisationMissing.
    """
    orders = [TaskOrder(order) if isinstance(order, str) else order for order in tasks]
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        stage = stage_at(case, Act.DISPATCH, wanted="送核查")
        actor_check(case, stage, viewer)
        if not orders:
            raise NothingToSend
        allowed = workflow_for(case).tasks_of(stage)
        if any(order.key not in allowed for order in orders):
            raise TaskNotAllowed
        before, case.version = case.stage, case.version + 1
        round_number = (Task.objects.filter(case=case).aggregate(last=Max("round"))["last"] or 0) + 1
        opened = [
            task_add(
                case,
                viewer=viewer,
                key=order.key,
                organisation_id=order.organisation_id,
                note=order.note or note,
                at=at,
                round=round_number,
            )
            for order in dict.fromkeys(orders)
        ]
        names = "、".join(task.organisation.name for task in opened)
        case_move(case, viewer=viewer, at=at, move_key="sent", what=CaseEvent.What.SENT, text=f"送核查：{names}",
                  data={"task_ids": [task.pk for task in opened], "round": round_number})  # fmt: skip
        case.due_on = max(task.due_on for task in opened)
        case.warn_on = min(task.warn_on for task in opened)
        case.is_due_provisional = any(task.is_due_provisional for task in opened)
        case.save(update_fields=["due_on", "warn_on", "is_due_provisional"])
        case_audit(case, viewer=viewer, at=at, action="case.dispatch", before=before,
                   task_ids=[task.pk for task in opened])  # fmt: skip
    return case
