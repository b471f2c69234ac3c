"""Stepping aside 回避: who is of a household, or close to it, works on none of its cases, now or later."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shouwang.casework.errors import (
    CaseNotFound,
    OwnRecusal,
    ReasonsMissing,
    RecusalNotFound,
    RelationUnknown,
    TaskNotFound,
)
from shouwang.casework.models import Case, CaseEvent, Recusal, Task
from shouwang.casework.selectors.barred import barred_users
from shouwang.casework.selectors.procedures import stage_for
from shouwang.casework.services.machine import case_audit, event_add
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as


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
            ended_at__isnull=True,
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


def recusal_end(*, viewer: Viewer, recusal_id: int, reason: str, at: datetime) -> Recusal:
    """This function ends a recusal whose ground has gone: another person of the county centre says so, with a reason.

    What the person may not do because of her own work stays closed to her. Raises RecusalNotFound, OwnRecusal,
    ReasonsMissing.
    """
    if viewer.kind is not Kind.COUNTY_CENTRE or viewer.role not in (Role.CLERK, Role.LEADER):
        raise RecusalNotFound
    with transaction.atomic():
        recusal = Recusal.objects.select_for_update().filter(viewer.q(), pk=recusal_id, ended_at__isnull=True).first()
        if recusal is None:
            raise RecusalNotFound
        if recusal.user_id in viewer.user_ids:
            raise OwnRecusal
        if not reason.strip():
            raise ReasonsMissing("请写明为什么不用再回避。")
        numbers_refuse(reason)
        recusal.ended_at, recusal.ended_by, recusal.ended_by_user_id = at, viewer.label[:200], viewer.user_id
        recusal.ended_reason = reason.strip()[:500]
        recusal.save(update_fields=["ended_at", "ended_by", "ended_by_user_id", "ended_reason"])
        open_cases = Case.objects.select_for_update().filter(household_id=recusal.household_id, closed_on__isnull=True)
        for case in open_cases:
            stage = stage_for(case)
            case.version += 1
            case.barred_user_ids = barred_users(case, stage) if stage is not None else []
            event_add(case, viewer=viewer, at=at, what=CaseEvent.What.RECUSED,
                      text=f"{recusal.actor}不用再回避。{recusal.ended_reason}")  # fmt: skip
            case.save(update_fields=["version", "barred_user_ids"])
            case_audit(case, viewer=viewer, at=at, action="case.recuse_end", before=case.stage, recusal_id=recusal.pk)
    return recusal
