"""A household moved while its case is open: inside the county the case goes along, else the county hands it over."""

from __future__ import annotations

from datetime import datetime, timedelta

from shouwang.casework.models import Case, CaseCause, CaseEvent, Pause, Task
from shouwang.casework.services.machine import case_audit, event_add
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.selectors import moves_since, places_of

COUNTY = 1_000_000
LOOK_BACK = timedelta(days=7)  # moves recorded while no collector ran are found within this time


def moves_collect(*, at: datetime) -> int:
    """This function takes open cases along with households that moved, and returns how many were touched (worker only).

    Decisions and events stay where they were made; a case whose household left the county comes back to the centre,
    which settles it with the new county and then closes it.
    """
    touched = 0
    with acting_as(SYSTEM):
        moves = moves_since(SYSTEM).filter(recorded_at__gte=at - LOOK_BACK, person_id__isnull=True)
        found = list(moves.values_list("pk", "household_id", "slot", "to_slot"))
    for move_id, household_id, slot, to_slot in found:
        with acting_as(SYSTEM):
            cases = Case.objects.select_for_update().filter(
                household_id=household_id, slot=slot, closed_on__isnull=True
            )
            for case in cases:
                touched += _follow(case, move_id=move_id, to_slot=to_slot, at=at)
    return touched


def _follow(case: Case, *, move_id: int, to_slot: int, at: datetime) -> int:
    if CaseEvent.objects.filter(case=case, data__move_id=move_id).exists():
        return 0
    place = places_of({to_slot})[to_slot]
    case.version += 1
    if case.slot // COUNTY == to_slot // COUNTY:
        case.slot = to_slot
        CaseCause.objects.filter(case=case).update(slot=to_slot)
        Task.objects.filter(case=case).update(slot=to_slot)
        Pause.objects.filter(case=case, resumed_on__isnull=True).update(slot=to_slot)
        text = f"整户迁到{place}，案件随户办理"
    else:
        case.is_returned = True
        text = f"整户迁往外县（{place}），请与迁入地交接后途中结案"
    event_add(case, viewer=SYSTEM, at=at, what=CaseEvent.What.MOVED, text=text, data={"move_id": move_id})
    case.save()
    case_audit(case, viewer=SYSTEM, at=at, action="case.follow", before=case.stage, move_id=move_id)
    return 1
