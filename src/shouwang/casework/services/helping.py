"""What higher rooms record of a case: help delivered, visits made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shouwang.casework.errors import NotAssisted
from shouwang.casework.models import Case, CaseEvent
from shouwang.casework.services.machine import actor_check, case_audit, case_locked, case_move, event_add, stage_at
from shouwang.casework.services.scope import writing_for
from shouwang.people.access import Viewer
from shouwang.rulebook.workflow import Act

What = CaseEvent.What


def assisted_record(
    *,
    viewer: Viewer,
    case_id: int,
    at: datetime,
    data: Mapping[str, Any],
    text: str = "",
    is_complete: bool = True,
    version: int | None = None,
) -> Case:
    """This function records help delivered; `is_complete` False when more is planned, so that the case stays in help.

    `data` holds references and amounts (measure ids, fen), `text` the sentence for the timeline.
    """
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        stage = stage_at(case, Act.HELP, wanted="落实救助")
        actor_check(case, stage, viewer, also=stage.also)
        before, case.version = case.stage, case.version + 1
        case.assisted_at = case.assisted_at or at
        sentence = text or "救助措施已落实"
        if is_complete:
            case_move(case, viewer=viewer, at=at, move_key="assisted", what=What.ASSISTED, text=sentence,
                      data=dict(data))  # fmt: skip
        else:
            event_add(case, viewer=viewer, at=at, what=What.ASSISTED, text=sentence, data=dict(data))
            case.save(update_fields=["version", "assisted_at"])
        case_audit(case, viewer=viewer, at=at, action="case.assisted", before=before, is_complete=is_complete)
    return case


def visited_record(
    *,
    viewer: Viewer,
    case_id: int,
    is_risk_gone: bool,
    at: datetime,
    data: Mapping[str, Any],
    text: str = "",
    version: int | None = None,
) -> Case:
    """This function records a return visit: risk gone closes the case green, otherwise it must be settled."""
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        stage = stage_at(case, Act.VISIT, wanted="回访")
        actor_check(case, stage, viewer, also=stage.also)
        if case.assisted_at is None:
            raise NotAssisted
        before, case.version = case.stage, case.version + 1
        case.visited_at = at
        sentence = text or ("回访：风险已消除" if is_risk_gone else "回访：仍有风险")
        case_move(case, viewer=viewer, at=at, move_key="risk_gone" if is_risk_gone else "at_risk", what=What.VISITED,
                  text=sentence, data={**data, "is_risk_gone": is_risk_gone})  # fmt: skip
        case_audit(case, viewer=viewer, at=at, action="case.visited", before=before, is_risk_gone=is_risk_gone)
    return case
