"""A household through the live tasks of a department or the insurer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shouwang.casework.selectors import task_kind, tasks_of_organisation
from shouwang.casework.selectors.shown import FactGroup, household_shown, task_case
from shouwang.casework.selectors.tasks import Task
from shouwang.desks.rules import WorkRow
from shouwang.desks.selectors.work import task_row
from shouwang.people.access import Viewer
from shouwang.people.selectors import grants_fields
from shouwang.register.selectors import household_cards


@dataclass(frozen=True)
class GrantedTask:
    """What one live task opens of a household to a department or the insurer."""

    slot: int
    row: WorkRow
    question: str
    blocks: Sequence[FactGroup]


def granted_tasks(viewer: Viewer, household_id: int, on: date) -> list[GrantedTask]:
    """This function returns the organisation's open tasks about a household whose grants live, with what each opens."""
    tasks = list(
        tasks_of_organisation(viewer).filter(household_id=household_id, state=Task.State.OPEN).order_by("due_on", "pk")
    )
    fields = grants_fields(viewer, task_ids=[task.pk for task in tasks])
    card = household_cards(viewer, [household_id]).get(household_id)
    found = []
    for task in tasks:
        if task.pk not in fields or card is None:
            continue
        blocks = household_shown(viewer, task, task_kind(task_case(viewer, task), task), on)
        found.append(GrantedTask(task.slot, task_row(task, card, fields[task.pk], on), task.question, blocks))
    return found
