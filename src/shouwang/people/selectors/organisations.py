"""Reads of organisations."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from shouwang.people.access import Kind, Viewer
from shouwang.people.models import Organisation


def organisations_for(*, slot: int, kind: Kind, department: str = "") -> QuerySet[Organisation]:
    """This function returns the active organisations of a kind whose area holds a slot, narrowest area first."""
    return (
        Organisation.objects.filter(
            is_active=True, kind=kind, department=department, area__lo__lte=slot, area__hi__gte=slot
        )
        .select_related("area")
        .order_by("-area__level", "pk")
    )


def organisation_for(*, slot: int, kind: Kind, department: str = "") -> Organisation | None:
    """This function returns the organisation of a kind that answers for a slot, or None."""
    return organisations_for(slot=slot, kind=kind, department=department).first()


def organisations_of_kind(*, slot: int, kind: Kind) -> QuerySet[Organisation]:
    """This function returns the active organisations of a kind whose area holds a slot, of whatever department."""
    return (
        Organisation.objects.filter(is_active=True, kind=kind, area__lo__lte=slot, area__hi__gte=slot)
        .select_related("area")
        .order_by("-area__level", "department", "pk")
    )


def organisations_by_ids(ids: set[int]) -> dict[int, Organisation]:
    """This function returns organisations by id."""
    return {found.pk: found for found in Organisation.objects.select_related("area").filter(pk__in=ids)}


def organisations_under(viewer: Viewer, *, kind: str = "", text: str = "") -> QuerySet[Organisation]:
    """This function returns the active organisations inside the viewer's areas, with how many act in each now."""
    inside = Q(pk__in=[])
    for lo, hi in viewer.ranges:
        inside |= Q(area__lo__gte=lo, area__hi__lte=hi)
    found = Organisation.objects.filter(inside, is_active=True).select_related("area")
    if kind:
        found = found.filter(kind=kind)
    if text:
        found = found.filter(Q(name__contains=text) | Q(area__name__startswith=text))
    in_force = Count("appointments", filter=Q(appointments__ended_at=None))
    return found.annotate(people=in_force)


def organisation_under(viewer: Viewer, organisation_id: int) -> Organisation | None:
    """This function returns an organisation inside the viewer's areas, or None."""
    found = Organisation.objects.select_related("area").filter(pk=organisation_id).first()
    if found is None or not any(lo <= found.area.lo and found.area.hi <= hi for lo, hi in viewer.ranges):
        return None
    return found


def organisations_named(text: str) -> list[Organisation]:
    """This function returns the active organisations of a name, or the one of a number."""
    found = Organisation.objects.filter(is_active=True).select_related("area")
    named = found.filter(pk=int(text)) if text.isdecimal() else found.filter(name=text)
    return list(named.order_by("pk"))
