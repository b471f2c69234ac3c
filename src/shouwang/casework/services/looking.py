"""A person looks at a flag of a case and says what she found; helping in spite of it takes a reason and is reported."""

from __future__ import annotations

from datetime import datetime

from shouwang.casework.errors import (
    FlagReasonMissing,
    FlagUnknown,
    FlagVerdictUnknown,
    NotYourTurn,
    ReasonUnknown,
    Recused,
)
from shouwang.casework.models import CaseEvent, FlagLook
from shouwang.casework.selectors.barred import is_recused
from shouwang.casework.selectors.flags import case_flags, may_look
from shouwang.casework.services.machine import case_audit, case_locked, event_add
from shouwang.casework.services.scope import writing_for
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Viewer

Verdict = FlagLook.Verdict


def flag_look(
    *,
    viewer: Viewer,
    case_id: int,
    version: int,
    key: str,
    verdict: str,
    reason: str,
    at: datetime,
    reason_key: str = "",
) -> FlagLook:
    """This function records what a person found of a flag; a flag may be looked at again, the last look counts.

    Raises CaseStale, CaseClosed, NotYourTurn, Recused, FlagUnknown, FlagVerdictUnknown, FlagReasonMissing,
    ReasonUnknown (help in spite of it takes one of the pack's reasons, where it has any).
    """
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        if not may_look(viewer, case):
            raise NotYourTurn(stage=case.stage_name, who="乡镇、县级防贫中心或领导小组")
        if is_recused(viewer.user_id, case.household_id):
            raise Recused
        on = at.astimezone(SHANGHAI).date()
        flag = next((each for each in case_flags(case, on=on) if each.key == key), None)
        if flag is None:
            raise FlagUnknown
        if verdict not in Verdict.values:
            raise FlagVerdictUnknown
        names = dict(flag.overrides)
        chosen = reason_key if verdict == Verdict.OVERRIDDEN else ""
        if verdict == Verdict.OVERRIDDEN and names and chosen not in names:
            raise ReasonUnknown
        if not reason.strip():
            raise FlagReasonMissing
        numbers_refuse(reason)
        case.version += 1
        look = FlagLook.objects.create(
            case=case, slot=case.slot, key=flag.key, name=flag.name, action=flag.action, says=flag.says[:300],
            source=flag.source[:300], verdict=verdict, reason_key=chosen if chosen in names else "",
            reason_name=names.get(chosen, ""), reason=reason.strip()[:500], stage_name=case.stage_name, at=at,
            actor=viewer.label[:200], user_id=viewer.user_id, appointment_id=viewer.appointment_id,
            organisation_id=viewer.organisation_id,
        )  # fmt: skip
        said = "：".join(part for part in (look.reason_name, look.reason) if part)
        event_add(case, viewer=viewer, at=at, what=CaseEvent.What.LOOKED, data={"look_id": look.pk},
                  text=f"核看“{flag.name}”：{Verdict(verdict).label}。{said}")  # fmt: skip
        case.save(update_fields=["version"])
        action = "flag.override" if verdict == Verdict.OVERRIDDEN else "flag.look"
        case_audit(case, viewer=viewer, at=at, action=action, before=case.stage, flag=flag.key, verdict=verdict,
                   reason_key=look.reason_key)  # fmt: skip
    return look
