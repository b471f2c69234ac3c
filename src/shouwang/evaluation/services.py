"""Writes of evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from shouwang.assistance.selectors import measures_of_household
from shouwang.audit.services import entry_append
from shouwang.casework.selectors import case_get
from shouwang.casework.selectors.cases import Case
from shouwang.casework.services import removal_open, visited_record
from shouwang.evaluation.models import Visit
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Viewer


class VisitDay(Refusal):
    """A visit in the future, or before the help it looks at."""

    def __init__(self, on: date, since: date | None) -> None:
        if since is None:
            super().__init__(f"回访日期 {on:%Y-%m-%d} 不对：不能晚于今天。")
        else:
            super().__init__(f"回访日期 {on:%Y-%m-%d} 早于救助落实日期 {since:%Y-%m-%d}，请核对。")


class NoteMissing(Refusal):
    """A visit without a word about what was found."""

    def __init__(self) -> None:
        super().__init__("请写明回访看到、听到的情况。")


class HelpMissing(Refusal):
    """A removal by help where no measure has arrived."""

    field = "way"
    sentence = "这一户还没有落实的帮扶措施，不能写“帮扶消除”。确属自然消除的，请选“自然消除”。"


@dataclass(frozen=True)
class Finding:
    """What a visit found. `income_fen` a month as the household says, None when not asked."""

    way: str
    visited_on: date
    spoke_with: str
    has_help_arrived: bool
    is_risk_gone: bool
    note: str
    income_fen: int | None = None
    still_needed: str = ""

    def __post_init__(self) -> None:
        numbers_refuse(self.spoke_with, self.note, self.still_needed)


def _sentence(finding: Finding) -> str:
    way = Visit.Way(finding.way).label
    result = "风险已消除" if finding.is_risk_gone else "仍有风险"
    arrived = "" if finding.has_help_arrived else "，户里说救助没有收到"
    return f"{way}（{finding.visited_on:%Y-%m-%d}，{finding.spoke_with}）：{result}{arrived}。{finding.note}"[:500]


def visit_record(*, viewer: Viewer, case_id: int, version: int, finding: Finding, at: datetime) -> Visit:
    """This function records a return visit; a risk that is gone closes the case green.

    Raises VisitDay, NoteMissing, and what casework refuses (not your turn, stale, not assisted, closed).
    """
    if finding.visited_on > at.astimezone(SHANGHAI).date():
        raise VisitDay(finding.visited_on, None)
    if not finding.note.strip():
        raise NoteMissing
    with transaction.atomic():
        case = case_get(viewer, case_id)
        helped_on = case.assisted_at.astimezone(SHANGHAI).date() if case.assisted_at else None
        if helped_on is not None and finding.visited_on < helped_on:
            raise VisitDay(finding.visited_on, helped_on)
        visited_record(
            viewer=viewer,
            case_id=case_id,
            is_risk_gone=finding.is_risk_gone,
            at=at,
            data={"way": finding.way, "visited_on": finding.visited_on.isoformat()},
            text=_sentence(finding),
            version=version,
        )
        visit = Visit.objects.create(
            slot=case.slot,
            household_id=case.household_id,
            case_id=case.pk,
            way=Visit.Way(finding.way),
            visited_on=finding.visited_on,
            spoke_with=finding.spoke_with.strip()[:60],
            has_help_arrived=finding.has_help_arrived,
            is_risk_gone=finding.is_risk_gone,
            income_fen=finding.income_fen,
            note=finding.note.strip()[:1000],
            still_needed=finding.still_needed.strip()[:500],
            recorded_at=at,
            recorded_by=viewer.label,
            user_id=viewer.user_id,
            case_version=version,
        )
        entry_append(
            viewer=viewer,
            action="visit.record",
            subject_type="evaluation.Visit",
            subject_id=visit.pk,
            slot=case.slot,
            at=at,
            after={"case": case.pk, "is_risk_gone": finding.is_risk_gone, "way": finding.way},
        )
    return visit


def removal_propose(*, viewer: Viewer, household_id: int, way: str, reason: str, at: datetime) -> Case:
    """This function proposes that the risk of a watched household be removed, and returns the case that decides it.

    Raises HelpMissing, and what `removal_open` raises.
    """
    if way == "HELP" and not measures_of_household(viewer, household_id).filter(state="DELIVERED").exists():
        raise HelpMissing
    return removal_open(viewer=viewer, household_id=household_id, way=way, reason=reason, at=at)
