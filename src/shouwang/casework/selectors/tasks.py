"""Reads of tasks and answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from shouwang.casework.errors import TaskNotAllowed, TaskNotFound
from shouwang.casework.models import Answer, Case, Task
from shouwang.casework.selectors.procedures import stage_for, workflow_for
from shouwang.people.access import Kind, Viewer
from shouwang.rulebook.workflow import Figure
from shouwang.rulebook.workflow import Task as TaskKind


def tasks_visible_to(viewer: Viewer) -> QuerySet[Task]:
    """This function returns the tasks of the viewer's organisation and, for readers of the register, of her areas."""
    tasks = Task.objects.select_related("organisation")
    mine = tasks.filter(organisation_id=viewer.organisation_id or 0)
    return tasks.filter(viewer.q()) | mine if viewer.reads_register else mine


def tasks_of_organisation(viewer: Viewer) -> QuerySet[Task]:
    """This function returns the tasks put to the viewer's organisation, whoever held her post when they came."""
    return Task.objects.filter(organisation_id=viewer.organisation_id or 0).select_related("organisation")


def tasks_late(viewer: Viewer, on: date) -> QuerySet[Task]:
    """This function returns the open tasks past their day, latest first."""
    return tasks_visible_to(viewer).filter(state=Task.State.OPEN, due_on__lt=on).order_by("due_on", "pk")


def task_get(viewer: Viewer, task_id: int) -> Task:
    """This function returns a task of the viewer's own organisation; raises TaskNotFound."""
    task = tasks_of_organisation(viewer).filter(pk=task_id).first()
    if task is None or viewer.organisation_id is None:
        raise TaskNotFound
    return task


def tasks_of_case(case: Case) -> QuerySet[Task]:
    """This function returns a case's tasks in the order they were put, with their answers where there are."""
    return Task.objects.filter(case=case).select_related("organisation", "answer").order_by("pk")


@dataclass(frozen=True)
class FigureLine:
    """One figure of an answer as pages show it: name, value in `unit` (fen for money)."""

    name: str
    value: int
    unit: str
    unit_name: str

    @property
    def is_money(self) -> bool:
        return self.unit.startswith("fen")


def figure_lines(kind: TaskKind, answer: Answer) -> list[FigureLine]:
    """This function returns an answer's figures in the order of the pack."""
    return [_line(figure, answer.figures[key]) for key, figure in kind.figures.items() if key in answer.figures]


def _line(figure: Figure, value: int) -> FigureLine:
    return FigureLine(figure.name, value, figure.unit, figure.unit_name)


def task_kind(case: Case, task: Task) -> TaskKind:
    """This function returns what the case's pack says about a task."""
    return workflow_for(case).tasks[task.key].value


def delivery_task_key(case: Case, kind: Kind) -> str:
    """This function returns the task by which the case's present stage hands help to an organisation of a kind.

    Raises TaskNotAllowed when the pack has none.
    """
    flow, stage = workflow_for(case), stage_for(case)
    keys = flow.tasks_of(stage) if stage is not None else ()
    for key in keys:
        stated = flow.tasks[key].value
        if stated.asks == "deliver" and stated.to == kind.value:
            return key
    raise TaskNotAllowed
