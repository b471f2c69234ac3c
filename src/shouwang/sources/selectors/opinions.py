"""Reads of letters, petitions and the press."""

from __future__ import annotations

from django.db.models import F, QuerySet

from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer
from shouwang.sources.models import Opinion


class OpinionNotFound(Refusal):
    """There is no such letter, or it is none of the viewer's."""

    is_absent = True
    sentence = "找不到这件来信。"


def opinions_visible_to(viewer: Viewer, *, is_judged: bool | None = None) -> QuerySet[Opinion]:
    """This function returns the letters and reports of the viewer's areas; of those to be judged the urgent first."""
    if not viewer.reads_register:
        return Opinion.objects.none()
    rows = Opinion.objects.filter(viewer.q())
    if is_judged is None:
        return rows
    return rows.exclude(verdict="") if is_judged else rows.filter(verdict="").order_by(F("due_on").asc(nulls_last=True))


def opinion_get(viewer: Viewer, opinion_id: int) -> Opinion:
    """This function returns one; raises OpinionNotFound."""
    found = opinions_visible_to(viewer).select_related("clue").filter(pk=opinion_id).first()
    if found is None:
        raise OpinionNotFound
    return found
