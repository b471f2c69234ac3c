"""What a receipt with its PIN shows of its case: read as the household, within its own village."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shouwang.casework.selectors import case_decisions
from shouwang.casework.selectors.cases import Case
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import Viewer, acting_as
from shouwang.public.models import Application, Petition
from shouwang.public.rules.stages import CLOSED, WAITING

SENT_BACK = "send_back"
ENDED = {"HELPED": "已经帮扶并回访", "REJECTED": "没有通过", "WITHDRAWN": "已经撤回"}


@dataclass(frozen=True)
class Course:
    """How a matter went: its stage, the next day by which something happens, what is needed, what was said."""

    stage: str
    next_on: date | None
    needed: str
    told: list[tuple[date, str, str]]
    asked: list[tuple[date, str, str]]
    end: str


def course_of(*, viewer: Viewer, receipt_id: int, case: Case | None, stage: str, is_given: bool) -> Course:
    """This function returns how the matter of an opened receipt went; `stage` as the page without a PIN tells it."""
    with acting_as(viewer):
        application = Application.objects.filter(receipts__pk=receipt_id).first()
        petitions = list(Petition.objects.filter(receipt_id=receipt_id).order_by("-pk"))
        decisions = case_decisions(case) if case is not None and stage != WAITING else []
        # A self-made PIN proves nothing about who asks: until somebody has moved the case, only the clock of the
        # application itself is told, the same whether or not there is a case.
        waits = case is None or (stage == WAITING and not is_given)
        next_on = application.due_on if waits and application else (case.due_on if case else None)
    told = [
        (decision.at.astimezone(SHANGHAI).date(), decision.move_name, decision.told)
        for decision in reversed(decisions) if decision.told
    ]  # fmt: skip
    return Course(
        stage=stage,
        next_on=None if stage == CLOSED else next_on,
        needed=_needed(case, decisions, is_given) if case is not None and stage == "amend" else "",
        told=told,
        asked=[
            (petition.at.astimezone(SHANGHAI).date(), f"{petition.get_kind_display()}：{petition.get_state_display()}",
             petition.answer or f"{petition.due_on:%Y-%m-%d} 以前答复您")
            for petition in petitions
        ],
        end=ENDED.get(case.outcome, case.end_name) if case is not None and stage == CLOSED else "",
    )  # fmt: skip


def _needed(case: Case, decisions: Sequence[Any], is_given: bool) -> str:
    """This function returns what was asked for when the case was sent back; its words only to who was known."""
    back = next((decision for decision in reversed(decisions) if decision.move == SENT_BACK), None)
    return back.reason if back is not None and is_given else "要补一点情况，请问村干部缺什么。"
