"""What follows by itself when a clock has run out for good: recorded once.

Nobody is decided upon because time ran out: a stage goes on only by the move that its pack names as its `lapse`. Every
other late stage is taken up to whom the pack says (`escalating`): never both for one deadline. The clock over the whole
procedure is one of its own; its lapse stands on the desks of who answers for the case until it has come through.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet

from shouwang.casework.models import Case, CaseEvent
from shouwang.casework.selectors.procedures import procedure_for, stage_for
from shouwang.casework.services.machine import Statement, case_audit, case_move, event_add
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import KIND_LABELS, SYSTEM, Kind, acting_as

What = CaseEvent.What
OF_STAGE, OF_ALL = "stage", "total"


def clocks_lapse(*, at: datetime, limit: int = 500) -> int:
    """This function records which clocks of open cases ran out for good; returns how many (worker only)."""
    on = at.astimezone(SHANGHAI).date()
    with acting_as(SYSTEM):
        stages = list(_stage_lapsed(on).values_list("pk", flat=True)[:limit])
        totals = list(_total_lapsed(on).values_list("pk", flat=True)[:limit])
    lapsed = 0
    for case_id in stages:
        with acting_as(SYSTEM):
            case = _stage_lapsed(on).select_for_update().filter(pk=case_id).first()
            lapsed += case is not None and _stage_lapse(case, at=at)
    for case_id in totals:
        with acting_as(SYSTEM):
            case = _total_lapsed(on).select_for_update().filter(pk=case_id).first()
            lapsed += case is not None and _total_lapse(case, on=on, at=at)
    return lapsed


def _stage_lapsed(on: date) -> QuerySet[Case]:
    return Case.objects.filter(closed_on__isnull=True, paused_until__isnull=True, expires_on__lt=on).order_by("pk")


def _total_lapsed(on: date) -> QuerySet[Case]:
    return Case.objects.filter(
        closed_on__isnull=True, total_due_on__lt=on, total_met_on__isnull=True, total_lapsed_on__isnull=True
    ).order_by("pk")


def _stage_lapse(case: Case, *, at: datetime) -> bool:
    stage = stage_for(case)
    if stage is None or stage.lapse is None:  # from before: the lapse of such a stage was recorded beside its way up
        Case.objects.filter(pk=case.pk).update(expires_on=None)
        return False
    who, before = KIND_LABELS[Kind(stage.who.kind)], case.stage
    text = f"“{stage.name}”{case.due_on:%Y-%m-%d} 到期，{who}一直没有办理"
    case.version += 1
    case.expires_on = None
    event_add(
        case, viewer=SYSTEM, at=at, what=What.LAPSED, text=text, data={"clock": OF_STAGE, "due": f"{case.due_on}"}
    )
    late = Statement(reason="逾期没有办理，按已有的情况往下办")
    case_move(case, viewer=SYSTEM, at=at, move_key=stage.lapse, statement=late)
    case.save()
    case_audit(case, viewer=SYSTEM, at=at, action="case.lapse", before=before, clock=OF_STAGE)
    return True


def _total_lapse(case: Case, *, on: date, at: datetime) -> bool:
    total = procedure_for(case).total
    owner = KIND_LABELS[Kind(total.owner)] if total is not None else ""
    case.version += 1
    case.total_lapsed_on = on
    text = f"全程期限 {case.total_due_on:%Y-%m-%d} 已过（{owner}负责），案件还在“{case.stage_name}”"
    event_add(case, viewer=SYSTEM, at=at, what=What.LAPSED, text=text,
              data={"clock": OF_ALL, "due": f"{case.total_due_on}"})  # fmt: skip
    case.save()
    case_audit(case, viewer=SYSTEM, at=at, action="case.lapse", before=case.stage, clock=OF_ALL)
    return True
