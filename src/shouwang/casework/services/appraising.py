"""Village meetings 民主评议: attendance and votes, and the decision that the pack's rule makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shouwang.casework.errors import MeetingUnsound, VoteContradicts
from shouwang.casework.models import Appraisal, Case
from shouwang.casework.services.machine import (
    Statement,
    actor_check,
    case_audit,
    case_locked,
    case_move,
    stage_at,
)
from shouwang.casework.services.scope import writing_for
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Viewer
from shouwang.rulebook.workflow import Act, Meeting


@dataclass(frozen=True)
class MeetingHeld:
    """A meeting as the village states it."""

    met_on: date
    place: str
    chaired_by: str
    attended: int
    in_favour: int
    against: int
    abstained: int

    @property
    def sentence(self) -> str:
        """Attendance and votes in one sentence."""
        return (
            f"{self.met_on:%Y-%m-%d} 在{self.place}评议，{self.chaired_by}主持，到会 {self.attended} 人，"
            f"同意 {self.in_favour} 人，不同意 {self.against} 人，弃权 {self.abstained} 人"
        )


def meeting_check(held: MeetingHeld, *, opened_on: date, on: date) -> None:
    """This function refuses a meeting that cannot have been; raises MeetingUnsound naming the field."""
    numbers_refuse(held.place, held.chaired_by)
    for field in ("place", "chaired_by"):
        if not getattr(held, field).strip():
            raise MeetingUnsound(field, "请写明评议的地点。" if field == "place" else "请写明谁主持评议。")
    if held.met_on > on:
        raise MeetingUnsound("met_on", "评议的日期还没有到。")
    if held.met_on < opened_on:
        raise MeetingUnsound("met_on", f"评议不会早于预警的那天（{opened_on:%Y-%m-%d}）。")
    if min(held.attended, held.in_favour, held.against, held.abstained) < 0:
        raise MeetingUnsound("attended", "人数不能是负数。")
    votes = held.in_favour + held.against + held.abstained
    if votes != held.attended:
        raise MeetingUnsound("attended", f"到会 {held.attended} 人，同意、不同意和弃权加起来是 {votes} 人，请核对。")


def case_appraise(
    *,
    viewer: Viewer,
    case_id: int,
    version: int,
    move: str,
    held: MeetingHeld | None,
    at: datetime,
    clause: str = "",
    reason_key: str = "",
    reason: str = "",
    told: str = "",
) -> Case:
    """This function records an appraisal meeting and what it decided; `held` is None where the case is sent back.

    Raises MeetingUnsound, VoteContradicts and what `case_judge` raises.
    """
    with writing_for(viewer):
        case = case_locked(viewer=viewer, case_id=case_id, version=version)
        stage = stage_at(case, Act.APPRAISE, wanted="民主评议")
        actor_check(case, stage, viewer)
        assert stage.meeting is not None
        is_carried = _carried(stage.meeting, held, move=move, opened_on=case.opened_on, at=at)
        before, case.version = case.stage, case.version + 1
        said = "。".join(part for part in (held.sentence if held else "", reason.strip()) if part)
        statement = Statement(clause=clause, reason_key=reason_key, reason=said, told=told)
        case_move(case, viewer=viewer, at=at, move_key=move, statement=statement)
        if held is not None:
            event = case.events.filter(move=move, case_version=case.version).latest("pk")
            Appraisal.objects.create(
                case=case, slot=case.slot, event=event, at=at, is_carried=is_carried, actor=viewer.label[:200],
                user_id=viewer.user_id, **vars(held),
            )  # fmt: skip
        case_audit(case, viewer=viewer, at=at, action="case.appraise", before=before, move=move)
    return case


def _carried(meeting: Meeting, held: MeetingHeld | None, *, move: str, opened_on: date, at: datetime) -> bool:
    if held is None:
        if move != "send_back":
            raise MeetingUnsound("met_on", "请填写这次评议的日期、到会人数和表决结果。")
        return False
    meeting_check(held, opened_on=opened_on, on=at.astimezone(SHANGHAI).date())
    is_carried = meeting.is_carried(attended=held.attended, in_favour=held.in_favour)
    if move != "send_back" and is_carried != (move == "agreed"):
        raise VoteContradicts(
            attended=held.attended, in_favour=held.in_favour, least=meeting.least, over=meeting.over,
            is_carried=is_carried,
        )  # fmt: skip
    return is_carried
