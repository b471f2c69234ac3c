"""Who may not act on a case: whose earlier work its stage judges, and who declared to be close to the household."""

from __future__ import annotations

from shouwang.casework.models import Answer, Case, CaseEvent, CaseSource, Decision, Recusal
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.rulebook.workflow import Stage

REPORT, ANSWER = "report", "answer"


def barred_users(case: Case, stage: Stage) -> list[int]:
    """This function returns the users who may not act at a stage of a case, in order."""
    found: set[int | None] = set(recused_users(case.household_id))
    judged = []
    for work in stage.not_by:
        if work == REPORT:
            found |= set(CaseSource.objects.filter(case=case).values_list("reporter_user_id", flat=True))
            found |= proposers(case)
        elif work == ANSWER:
            found |= set(Answer.objects.filter(case=case).values_list("user_id", flat=True))
        else:
            judged.append(work)
    if judged:
        found |= set(Decision.objects.filter(case=case, stage__in=judged).values_list("user_id", flat=True))
    return sorted(user for user in found if user is not None)


def proposers(case: Case) -> set[int | None]:
    """This function returns who proposed a removal; a case that a clue opened has reporters instead."""
    if not case.is_removal:
        return set()
    opened = CaseEvent.objects.filter(case=case, what=CaseEvent.What.OPENED)
    return set(opened.values_list("user_id", flat=True))


def recused_users(household_id: int) -> set[int]:
    """This function returns the users who declared to be of a household or close to it, wherever they declared it."""
    with acting_as(SYSTEM):
        return set(
            Recusal.objects.filter(household_id=household_id, ended_at__isnull=True).values_list("user_id", flat=True)
        )


def is_recused(user_id: int | None, household_id: int) -> bool:
    """This function tells whether a user declared to be of a household or close to it."""
    return user_id is not None and user_id in recused_users(household_id)


def is_barred(viewer: Viewer, case: Case) -> bool:
    """This function tells whether the viewer may not act on a case because of what she, or whom she deputises, did.

    Who steps aside leaves the household to others, her deputy among them; her own earlier work she cannot have approved
    by her deputy.
    """
    barred = set(case.barred_user_ids)
    if viewer.user_id in barred:
        return True
    absent = viewer.deputises_user_id
    return absent in barred and not is_recused(absent, case.household_id)


def households_recused(user_id: int) -> list[int]:
    """This function returns the households from which a user stepped aside."""
    with acting_as(SYSTEM):
        return list(
            Recusal.objects.filter(user_id=user_id, ended_at__isnull=True).values_list("household_id", flat=True)
        )


def recusals_of(viewer: Viewer, household_id: int) -> list[Recusal]:
    """This function returns who stepped aside from a household, as far as the viewer may know, newest first."""
    return list(Recusal.objects.filter(viewer.q(), household_id=household_id).order_by("-pk"))
