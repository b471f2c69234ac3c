"""Reads of appointments."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import F, Q, QuerySet

from shouwang.people.access import Kind, Role
from shouwang.people.models import Appointment, User

COUNTY = 1_000_000


def appointments_in_force(*, user_id: int, on: date) -> QuerySet[Appointment]:
    """This function returns a user's appointments that give access on a day, her own first, oldest first."""
    return (
        Appointment.objects.filter(user_id=user_id, ended_at__isnull=True, valid_from__lte=on)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        .select_related("organisation", "organisation__area", "user", "deputy_for__user")
        .prefetch_related("areas")
        .order_by(F("deputy_for").asc(nulls_first=True), "valid_from", "pk")
    )


def appointment_by_id(appointment_id: int) -> Appointment | None:
    """This function returns an appointment with its user, organisation and areas, or None."""
    return (
        Appointment.objects.select_related("organisation", "organisation__area", "user", "deputy_for__user")
        .prefetch_related("areas")
        .filter(pk=appointment_id)
        .first()
    )


def appointments_by_ids(ids: Collection[int]) -> dict[int, Appointment]:
    """This function returns appointments with their users by id."""
    return Appointment.objects.select_related("user").in_bulk(ids)


def appointments_over(ids: Collection[int], *, on: date) -> set[int]:
    """This function returns which of these appointments give no access any more on a day."""
    if not ids:
        return set()
    held = Appointment.objects.filter(pk__in=ids, ended_at__isnull=True)
    return set(ids) - set(held.exclude(valid_to__lte=on).values_list("pk", flat=True))


def appointments_of_organisation(organisation_id: int) -> QuerySet[Appointment]:
    """This function returns all appointments of an organisation, those in force first."""
    return (
        Appointment.objects.filter(organisation_id=organisation_id)
        .select_related("user", "organisation")
        .prefetch_related("areas")
        .order_by(F("ended_at").asc(nulls_first=True), "role", "user__name", "pk")
    )


def appointments_of_user(user_id: int) -> QuerySet[Appointment]:
    """This function returns all appointments of a user, open ones first."""
    return (
        Appointment.objects.filter(user_id=user_id)
        .select_related("organisation__area", "user")
        .prefetch_related("areas")
        .order_by(F("ended_at").asc(nulls_first=True), "-valid_from", "pk")
    )


def appointments_of_username(username: str, *, on: date) -> list[Appointment]:
    """This function returns the appointments in force of a user named on the command line."""
    user = User.objects.filter(username=username, is_active=True).first()
    return list(appointments_in_force(user_id=user.pk, on=on)) if user else []


def appointments_on(on: date, *, roles: Collection[str], without: Collection[str]) -> list[tuple[int, int, str]]:
    """This function returns (appointment, organisation, role) of who is in force in some roles, but for some kinds."""
    held = Appointment.objects.filter(ended_at__isnull=True, valid_from__lte=on, role__in=list(roles))
    held = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), user__is_active=True)
    held = held.filter(organisation__is_active=True).exclude(organisation__kind__in=list(without))
    return list(held.values_list("pk", "organisation_id", "role"))


def officers_in(*, lo: int, hi: int, on: date) -> list[tuple[int, int]]:
    """This function returns the village officers in force on a day in a slot range: (user, lo of one of her areas).

    An officer of several areas comes once for each.
    """
    held = Appointment.objects.filter(role=Role.OFFICER, ended_at__isnull=True, valid_from__lte=on)
    held = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), user__is_active=True)
    inside = held.filter(areas__lo__gte=lo, areas__hi__lte=hi)
    return sorted(set(inside.values_list("user_id", "areas__lo")))


def deputies_of(appointment: Appointment, *, on: date) -> list[Appointment]:
    """This function returns who does an appointment's desk, today or later, the earliest first."""
    found = appointment.deputies.filter(ended_at__isnull=True, valid_to__gt=on).select_related("user", "organisation")
    return list(found.order_by("valid_from", "pk"))


def deputies_possible(appointment: Appointment, *, on: date) -> list[User]:
    """This function returns who may be asked to do an appointment's desk: colleagues, and those of like offices.

    Like offices are those of the same kind in the county; for a village also its township. Whoever has the same post
    over the same areas anyway is left out.
    """
    organisation = appointment.organisation
    lo = organisation.area.lo // COUNTY * COUNTY
    like = Q(organisation__kind=organisation.kind, organisation__department=organisation.department)
    if organisation.kind == Kind.VILLAGE:
        like |= Q(
            organisation__kind=Kind.TOWNSHIP, organisation__area__lo__lte=organisation.area.lo,
            organisation__area__hi__gte=organisation.area.hi,
        )  # fmt: skip
    near = Q(organisation__area__lo__gte=lo, organisation__area__lo__lt=lo + COUNTY)
    held = (
        Appointment.objects.filter(like & near, ended_at__isnull=True, valid_from__lte=on, deputy_for__isnull=True)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), user__is_active=True)
        .exclude(user_id=appointment.user_id)
        .select_related("user", "organisation")
        .order_by("organisation__name", "user__name", "pk")
    )
    same = {one.pk for one in same_post(appointment, on=on)}
    return list({one.user_id: one.user for one in held if one.user_id not in same}.values())


def same_post(appointment: Appointment, *, on: date) -> list[User]:
    """This function returns who else has the post of an appointment in her own right, and so the same desk."""
    held = Appointment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), organisation_id=appointment.organisation_id,
        role=appointment.role, ended_at__isnull=True, valid_from__lte=on, deputy_for__isnull=True, user__is_active=True,
    )  # fmt: skip
    others = held.exclude(user_id=appointment.user_id).select_related("user").order_by("user__name", "pk")
    return list({one.user_id: one.user for one in others}.values())
