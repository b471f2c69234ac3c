"""Return visits: what was asked and answered, and what becomes of each risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.casework.selectors import case_get
from shouwang.casework.selectors.cases import Case
from shouwang.casework.services import visited_record
from shouwang.evaluation.models import Visit
from shouwang.evaluation.selectors import questions_for
from shouwang.kit.codes import Risk
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Viewer
from shouwang.rulebook.visits import OUTCOME_LABELS, Asked, Outcome, outcome_of_all, outcomes_of


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


class StillNeeded(Refusal):
    """A risk that stays, and no word about what the household still needs."""

    field = "still_needed"
    sentence = "仍有风险时，请写明还需要什么帮助。"


@dataclass(frozen=True)
class Finding:
    """What a visit found. `income_fen` a month as the household says, None when not asked.

    `answers` are those to the pack's questions, by field; with them the pack says what becomes of each risk.
    """

    way: str
    visited_on: date
    spoke_with: str
    has_help_arrived: bool
    is_risk_gone: bool
    note: str
    income_fen: int | None = None
    still_needed: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers_refuse(self.spoke_with, self.note, self.still_needed, *self.answers.values())


def _sentence(finding: Finding, outcomes: Mapping[str, Outcome], *, is_gone: bool) -> str:
    way = Visit.Way(finding.way).label
    result = "风险已消除" if is_gone else "仍有风险"
    if outcomes and not is_gone:
        result = "，".join(f"{Risk(cause).label}{OUTCOME_LABELS[found]}" for cause, found in outcomes.items())
    arrived = "" if finding.has_help_arrived else "，户里说救助没有收到"
    return f"{way}（{finding.visited_on:%Y-%m-%d}，{finding.spoke_with}）：{result}{arrived}。{finding.note}"[:500]


def _told(asked: list[Asked], finding: Finding) -> list[dict[str, Any]]:
    """This function returns questions and answers in the words in which they were put, to be kept as they were."""
    return [
        {"key": one.key, "cause": one.cause, "asks": one.label, "unit": "元" if one.question.kind == "money" else "",
         "answer": one.question.word(finding.answers[one.field].strip())[:500]}
        for one in asked
        if finding.answers.get(one.field, "").strip() and (not one.question.ways or finding.way in one.question.ways)
    ]  # fmt: skip


def _found(case: Case, finding: Finding, *, at: datetime) -> tuple[list[Asked], dict[str, Outcome], bool]:
    """This function returns what was asked, what becomes of each risk, and whether all are gone.

    Raises VisitDay, AnswersShort, StillNeeded.
    """
    helped_on = case.assisted_at.astimezone(SHANGHAI).date() if case.assisted_at else None
    if helped_on is not None and finding.visited_on < helped_on:
        raise VisitDay(finding.visited_on, helped_on)
    asked, causes = questions_for(case, on=at.astimezone(SHANGHAI).date())
    outcomes = outcomes_of(asked, finding.answers, way=finding.way, causes=causes) if asked else {}
    is_gone = outcome_of_all(outcomes) is Outcome.SOLVED if asked else finding.is_risk_gone
    if not is_gone and asked and not finding.still_needed.strip():
        raise StillNeeded
    return asked, outcomes, is_gone


def visit_record(*, viewer: Viewer, case_id: int, version: int, finding: Finding, at: datetime) -> Visit:
    """This function records a return visit; when every risk is gone the case closes green.

    Where the case's pack asks questions, their answers say what becomes of each risk: solved, another round of help, or
    handed over; the decision about what follows is taken on the case. Raises VisitDay, NoteMissing, AnswersShort,
    StillNeeded, and what casework refuses (not your turn, stale, not assisted, closed).
    """
    if finding.visited_on > at.astimezone(SHANGHAI).date():
        raise VisitDay(finding.visited_on, None)
    if not finding.note.strip():
        raise NoteMissing
    with transaction.atomic():
        case = case_get(viewer, case_id)
        asked, outcomes, is_gone = _found(case, finding, at=at)
        values = {cause: found.value for cause, found in outcomes.items()}
        visited_record(
            viewer=viewer, case_id=case_id, is_risk_gone=is_gone, at=at, version=version,
            data={"way": finding.way, "visited_on": finding.visited_on.isoformat(), "outcomes": values},
            text=_sentence(finding, outcomes, is_gone=is_gone),
        )  # fmt: skip
        visit = Visit.objects.create(
            slot=case.slot, household_id=case.household_id, case_id=case.pk, way=Visit.Way(finding.way),
            visited_on=finding.visited_on, spoke_with=finding.spoke_with.strip()[:60],
            has_help_arrived=finding.has_help_arrived, is_risk_gone=is_gone, answers=_told(asked, finding),
            outcomes=values, income_fen=finding.income_fen, note=finding.note.strip()[:1000],
            still_needed=finding.still_needed.strip()[:500], recorded_at=at, recorded_by=viewer.label,
            user_id=viewer.user_id, case_version=version,
        )  # fmt: skip
        entry_append(
            viewer=viewer, action="visit.record", subject_type="evaluation.Visit", subject_id=visit.pk,
            slot=case.slot, at=at,
            after={"case": case.pk, "is_risk_gone": is_gone, "way": finding.way, "outcomes": values},
        )  # fmt: skip
    return visit
