"""What waits for a desk of the public's own."""

from __future__ import annotations

from datetime import date

from django.db.models import F, QuerySet

from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer
from shouwang.public.models import Petition

DESKS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE)


class PetitionNotFound(Refusal):
    """There is no such petition, or it is none of the viewer's."""

    is_absent = True
    sentence = "找不到这件来件。"


def petitions_visible_to(viewer: Viewer) -> QuerySet[Petition]:
    """This function returns the petitions of the viewer's areas, those due first on top."""
    if viewer.kind not in (*DESKS, Kind.AUDIT):
        return Petition.objects.none()
    return Petition.objects.filter(viewer.q()).order_by(F("due_on").asc(), "pk")


def petitions_of_desk(viewer: Viewer, *, late_on: date | None = None) -> QuerySet[Petition]:
    """This function returns what waits for the viewer's own desk, past its day if `late_on` is given."""
    waiting = petitions_visible_to(viewer).filter(state=Petition.State.OPEN, holder_kind=viewer.kind)
    return waiting.filter(due_on__lt=late_on) if late_on else waiting


def petition_get(viewer: Viewer, petition_id: int) -> Petition:
    """This function returns one petition; raises PetitionNotFound, also for one out of sight."""
    found = petitions_visible_to(viewer).filter(pk=petition_id).first()
    if found is None:
        raise PetitionNotFound
    return found
