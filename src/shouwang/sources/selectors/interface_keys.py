"""Reads of departments' keys: the county centre's of its area, a department's own."""

from __future__ import annotations

from django.db.models import QuerySet

from shouwang.kit.errors import Refusal
from shouwang.people.access import ROLE_LABELS, Kind, Role, Viewer
from shouwang.people.selectors import appointments_of_organisation, areas_visible_to
from shouwang.sources.models import Channel, Clue, InterfaceKey

KEY_HOLDERS = frozenset({Role.CLERK, Role.LEADER})
SEES_AREA = frozenset({Kind.COUNTY_CENTRE, Kind.OPERATOR})


class SentClueNotFound(Refusal):
    """There is no such clue, or another organisation sent it."""

    is_absent = True
    sentence = "找不到这条线索。"


def interface_keys_visible_to(viewer: Viewer) -> QuerySet[InterfaceKey]:
    """This function returns the keys of an area's departments, or a department's own, newest first."""
    rows = InterfaceKey.objects.select_related("organisation", "appointment__user", "area").order_by("-pk")
    if viewer.kind is Kind.DEPARTMENT:
        return rows.filter(organisation_id=viewer.organisation_id or 0)
    return rows.filter(viewer.q()) if viewer.kind in SEES_AREA else rows.none()


def people_answering(organisation_id: int) -> list[tuple[int, str]]:
    """This function returns who of a department may answer for a key: (appointment, name and role)."""
    held = appointments_of_organisation(organisation_id).filter(
        role__in=KEY_HOLDERS, ended_at=None, user__is_active=True
    )
    return [(each.pk, f"{each.user.name}（{ROLE_LABELS[Role(each.role)]}）") for each in held]


def places_narrower(viewer: Viewer, *, lo: int, hi: int, level: int) -> list[tuple[int, str]]:
    """This function returns the areas of a level inside a range: (area, name)."""
    inside = areas_visible_to(viewer, level=level).filter(lo__gte=lo, hi__lte=hi)
    return [(area.pk, area.name) for area in inside]


def clue_sent(viewer: Viewer, clue_id: int) -> Clue:
    """This function returns a clue that the viewer's department sent itself; raises SentClueNotFound."""
    found = Clue.objects.filter(
        pk=clue_id, organisation_id=viewer.organisation_id or 0, channel=Channel.DEPARTMENT
    ).first()
    if found is None:
        raise SentClueNotFound
    return found
