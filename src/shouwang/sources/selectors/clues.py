"""Reads of clues."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer
from shouwang.sources.models import Call, Clue

WAITS = Q(collected_case_id__isnull=True, withdrawn_at__isnull=True)


class ClueNotFound(Refusal):
    """There is no such clue, or it is none of the viewer's."""

    is_absent = True
    sentence = "找不到这条线索。"


def clues_uncollected() -> QuerySet[Clue]:
    """This function returns the clues no case has taken up yet, oldest first; clues of unregistered people included."""
    return Clue.objects.filter(WAITS).order_by("pk")


def clues_visible_to(viewer: Viewer) -> QuerySet[Clue]:
    """This function returns the clues of the viewer's areas, newest first; none for who may not read the register."""
    if not viewer.reads_register:
        return Clue.objects.none()
    return Clue.objects.filter(viewer.q()).order_by("-reported_at", "-pk")


def clues_waiting(viewer: Viewer) -> QuerySet[Clue]:
    """This function returns the clues of the viewer's areas that still wait for a case, newest first."""
    return clues_visible_to(viewer).filter(WAITS)


def clues_of_household(viewer: Viewer, household_id: int) -> QuerySet[Clue]:
    """This function returns a household's clues, newest first."""
    return clues_visible_to(viewer).filter(household_id=household_id)


def clues_reported_by(viewer: Viewer) -> QuerySet[Clue]:
    """This function returns what the viewer herself reported under her present appointment, newest first."""
    return clues_visible_to(viewer).filter(appointment_id=viewer.appointment_id)


def clue_get(viewer: Viewer, clue_id: int) -> Clue:
    """This function returns one clue; raises ClueNotFound."""
    clue = clues_visible_to(viewer).filter(pk=clue_id).first()
    if clue is None:
        raise ClueNotFound
    return clue


def calls_of(clue_ids: Iterable[int]) -> dict[int, Call]:
    """This function returns who told of which clue, for clues that came by telephone or a village group."""
    return {call.clue_id: call for call in Call.objects.filter(clue_id__in=list(clue_ids))}
