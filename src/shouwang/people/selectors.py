"""Reads of areas, organisations and appointments."""

from __future__ import annotations

from datetime import date

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Q, QuerySet

from shouwang.people.access import Kind, Viewer
from shouwang.people.models import Appointment, Area, Organisation, User


def appointments_in_force(*, user_id: int, on: date) -> QuerySet[Appointment]:
    """This function returns a user's appointments that give access on a day, oldest first."""
    return (
        Appointment.objects.filter(user_id=user_id, ended_at__isnull=True, valid_from__lte=on)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        .select_related("organisation", "organisation__area", "user")
        .prefetch_related("areas")
        .order_by("valid_from", "pk")
    )


def appointment_acting(*, user_id: int, wanted: int | None, on: date) -> Appointment | None:
    """This function returns the appointment a user acts under: the wanted one while in force, else her first."""
    found = list(appointments_in_force(user_id=user_id, on=on))
    chosen = [appointment for appointment in found if appointment.pk == wanted]
    return (chosen or found or [None])[0]


def appointment_by_id(appointment_id: int) -> Appointment | None:
    """This function returns an appointment with its user, organisation and areas, or None."""
    return (
        Appointment.objects.select_related("organisation", "organisation__area", "user")
        .prefetch_related("areas")
        .filter(pk=appointment_id)
        .first()
    )


def area_of_slot(slot: int, *, level: int = 5) -> Area | None:
    """This function returns the current area of a level that holds a slot."""
    return Area.objects.filter(is_current=True, level=level, lo__lte=slot, hi__gte=slot).first()


def areas_of_slots(slots: set[int], *, level: int = 5) -> dict[int, Area]:
    """This function returns, for each slot, its current area of a level; slots of no area are left out."""
    if level == 5:
        return {area.lo: area for area in Area.objects.filter(is_current=True, level=5, lo__in=slots)}
    size = {1: 10**10, 2: 10**8, 3: 10**6, 4: 10**3}[level]
    by_lo = {slot // size * size for slot in slots}
    found = {area.lo: area for area in Area.objects.filter(is_current=True, level=level, lo__in=by_lo)}
    return {slot: found[slot // size * size] for slot in slots if slot // size * size in found}


def areas_visible_to(viewer: Viewer, *, level: int | None = None) -> QuerySet[Area]:
    """This function returns the current areas that lie inside the viewer's ranges."""
    areas = Area.objects.filter(is_current=True)
    if level is not None:
        areas = areas.filter(level=level)
    inside = Q(pk__in=[])
    for lo, hi in viewer.ranges:
        inside |= Q(lo__gte=lo, hi__lte=hi)
    return areas.filter(inside).order_by("lo")


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


def area_by_id(area_id: int) -> Area | None:
    """This function returns an area, or None."""
    return Area.objects.filter(pk=area_id).first()


def is_second_factor_missing(*, user: User, role: str) -> bool:
    """This function tells whether a user must first enrol a second factor before she may act in a role."""
    if not user.must_set_second_factor and role not in settings.SECOND_FACTOR_ROLES:
        return False
    return not Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()
