"""Reads of the pictures that came with a report."""

from __future__ import annotations

from django.db.models import QuerySet

from shouwang.people.access import Viewer
from shouwang.sources.models import CluePhoto
from shouwang.sources.selectors.clues import ClueNotFound, clue_get, clues_visible_to


def pictures_of(viewer: Viewer, clue_id: int) -> QuerySet[CluePhoto]:
    """This function returns a clue's pictures in the order they came; raises ClueNotFound."""
    return CluePhoto.objects.filter(clue=clue_get(viewer, clue_id)).order_by("pk")


def picture_get(viewer: Viewer, picture_id: int) -> CluePhoto:
    """This function returns one picture of a clue in sight; raises ClueNotFound."""
    found = CluePhoto.objects.filter(pk=picture_id, clue__in=clues_visible_to(viewer)).first()
    if found is None:
        raise ClueNotFound
    return found
