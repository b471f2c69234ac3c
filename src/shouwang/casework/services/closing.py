"""Closing an open case outside the procedure: withdrawn, died, doubled, as the pack allows."""

from __future__ import annotations

from datetime import datetime

from shouwang.casework.errors import MoveUnknown, NotYourTurn, Recused, StatementMissing
from shouwang.casework.models import Case
from shouwang.casework.selectors.barred import is_recused
from shouwang.casework.selectors.procedures import procedure_for
from shouwang.casework.services.machine import case_audit, case_end, case_locked
from shouwang.casework.services.scope import writing_for
from shouwang.people.access import KIND_LABELS, Kind, Role, Viewer


def case_close(*, viewer: Viewer, case_id: int, version: int, closing: str, reason: str, at: datetime) -> Case:
    """This function closes a case by one of the pack's closings (grey), with its reason.

    Raises CaseStale, CaseClosed, MoveUnknown, NotYourTurn, StatementMissing.
    """
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        stated = procedure_for(case).closings.get(closing)
        if stated is None:
            raise MoveUnknown(stage=case.stage_name)
        allowed = viewer.kind in stated.by and viewer.role in (Role.CLERK, Role.LEADER)
        if not allowed and viewer.kind is not Kind.SYSTEM:
            raise NotYourTurn(stage=stated.name, who="、".join(KIND_LABELS[Kind(kind)] for kind in stated.by))
        if is_recused(viewer.user_id, case.household_id):
            raise Recused
        if not reason.strip():
            raise StatementMissing("reason")
        before, case.version = case.stage, case.version + 1
        case_end(case, viewer=viewer, at=at, end_key=stated.end, reason=f"{stated.name}：{reason.strip()}")
        case.save()
        case_audit(case, viewer=viewer, at=at, action="case.close", before=before, closing=closing)
    return case


def case_withdraw(*, viewer: Viewer, case_id: int, version: int, reason: str, at: datetime) -> Case:
    """This function closes a case that the household withdrew or that was reported by mistake (grey)."""
    return case_close(viewer=viewer, case_id=case_id, version=version, closing="withdrawn", reason=reason, at=at)
