"""Stepping aside 回避: who is of a household, or close to it, works on none of its cases, now or later."""

from __future__ import annotations

from datetime import datetime

from shouwang.casework.errors import CaseNotFound, RelationUnknown, TaskNotFound
from shouwang.casework.models import Case, CaseEvent, Recusal, Task
from shouwang.casework.services.machine import case_audit, event_add
from shouwang.people.access import SYSTEM, Viewer, acting_as


def recusal_declare(*, viewer: Viewer, case_id: int, relation: str, at: datetime) -> Recusal:
    """This function notes that the viewer steps aside from a household: no act on its cases is hers any more.

    It is her own word about herself and cannot be taken back by her. Raises CaseNotFound, RelationUnknown.
    """
    found = Case.objects.filter(pk=case_id).first()
    if found is None or not viewer.reads_register or not viewer.can_see(found.slot):
        raise CaseNotFound
    return _declared(viewer=viewer, household_id=found.household_id, slot=found.slot, relation=relation, at=at)


def task_recuse(*, viewer: Viewer, task_id: int, relation: str, at: datetime) -> Recusal:
    """This function is `recusal_declare` for somebody who knows of the household by a task of her organisation alone.

    The task stays with the organisation: a colleague answers it. Raises TaskNotFound, RelationUnknown.
    """
    task = Task.objects.filter(pk=task_id, organisation_id=viewer.organisation_id or 0).first()
    if task is None:
        raise TaskNotFound
    return _declared(viewer=viewer, household_id=task.household_id, slot=task.slot, relation=relation, at=at)


def _declared(*, viewer: Viewer, household_id: int, slot: int, relation: str, at: datetime) -> Recusal:
    if relation not in Recusal.Relation.values:
        raise RelationUnknown
    assert viewer.user_id is not None
    with acting_as(SYSTEM):
        recusal, is_new = Recusal.objects.get_or_create(
            household_id=household_id,
            user_id=viewer.user_id,
            defaults={
                "slot": slot, "relation": relation, "at": at, "actor": viewer.label[:200],
                "organisation_id": viewer.organisation_id,
            },
        )  # fmt: skip
        if is_new:
            for case in Case.objects.select_for_update().filter(household_id=household_id, closed_on__isnull=True):
                _step_aside(case, viewer=viewer, at=at)
    return recusal


def _step_aside(case: Case, *, viewer: Viewer, at: datetime) -> None:
    case.version += 1
    case.barred_user_ids = sorted({*case.barred_user_ids, viewer.user_id or 0})
    # The relation stays out of the timeline: it is nobody's business but the centre's.
    event_add(case, viewer=viewer, at=at, what=CaseEvent.What.RECUSED, text="申报回避，这一户的事由别人办")
    case.save(update_fields=["version", "barred_user_ids"])
    case_audit(case, viewer=viewer, at=at, action="case.recuse", before=case.stage)
