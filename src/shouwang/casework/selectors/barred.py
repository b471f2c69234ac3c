"""Whose earlier work a stage judges: those users may not act there."""

from __future__ import annotations

from shouwang.casework.models import Answer, Case, CaseSource, Decision
from shouwang.rulebook.workflow import Stage

REPORT, ANSWER = "report", "answer"


def barred_users(case: Case, stage: Stage) -> list[int]:
    """This function returns the users who may not act at a stage of a case, in order."""
    found: set[int | None] = set()
    judged = []
    for work in stage.not_by:
        if work == REPORT:
            found |= set(CaseSource.objects.filter(case=case).values_list("reporter_user_id", flat=True))
        elif work == ANSWER:
            found |= set(Answer.objects.filter(case=case).values_list("user_id", flat=True))
        else:
            judged.append(work)
    if judged:
        found |= set(Decision.objects.filter(case=case, stage__in=judged).values_list("user_id", flat=True))
    return sorted(user for user in found if user is not None)
