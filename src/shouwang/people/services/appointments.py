"""Appointments: who acts where as what, from when to when."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.people.access import (
    INCOMPATIBLE_ROLES,
    MAX_RANGES,
    ROLE_LABELS,
    Kind,
    Role,
    TooManyAreas,
    Viewer,
)
from shouwang.people.models import Appointment, Area, Organisation, User
from shouwang.people.services.handover import open_work, work_hand_over
from shouwang.people.services.organisations import administrator_check

_STAFF = (Role.CLERK, Role.LEADER)
KIND_ROLES: dict[Kind, tuple[Role, ...]] = {
    Kind.VILLAGE: (Role.OFFICER, Role.LEADER),
    Kind.TOWNSHIP: (Role.CLERK, Role.LEADER, Role.OFFICER),
    Kind.COUNTY_CENTRE: _STAFF,
    Kind.LEADING_GROUP: (Role.LEADER, Role.CLERK),
    Kind.DEPARTMENT: _STAFF,
    Kind.INSURER: _STAFF,
    Kind.CARE_PROVIDER: _STAFF,
    Kind.CITY_CENTRE: (Role.SUPERVISOR, *_STAFF),
    Kind.PROVINCE: (Role.SUPERVISOR, *_STAFF),
    Kind.AUDIT: (Role.AUDITOR,),
    Kind.OPERATOR: (Role.ADMINISTRATOR, Role.SECURITY),
}


class AppointmentRefused(Refusal):
    """The appointment cannot begin or end as asked."""


class IncompatibleRoles(Refusal):
    """One person would hold two roles that must be two people."""

    def __init__(self, first: Role, second: Role) -> None:
        super().__init__(f"“{ROLE_LABELS[first]}”和“{ROLE_LABELS[second]}”不能由同一个人担任，请另选一人。")


class SuccessorNeeded(Refusal):
    """Open work would be left with nobody."""

    def __init__(self, work: dict[str, int]) -> None:
        parts = "、".join(f"{label} {count} 件" for label, count in work.items())
        super().__init__(f"这个任职还有没办完的工作（{parts}），请先选定接手的人。")


def appointment_begin(
    *,
    viewer: Viewer,
    user_id: int,
    organisation_id: int,
    role: Role,
    area_ids: list[int],
    valid_from: date,
    at: datetime,
    valid_to: date | None = None,
) -> Appointment:
    """This function appoints a user; raises AppointmentRefused, IncompatibleRoles, TooManyAreas, NotAdministrator."""
    organisation = Organisation.objects.select_related("area").filter(pk=organisation_id, is_active=True).first()
    if organisation is None:
        raise AppointmentRefused("没有找到这个机构。")
    areas = list(Area.objects.filter(pk__in=area_ids, is_current=True)) or [organisation.area]
    administrator_check(viewer, organisation.area, *areas)
    # Locked, so that two appointments begun at once cannot slip past each other.
    user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
    if user is None:
        raise AppointmentRefused("没有找到这个人，或者账号已停用。")
    if user.pk == viewer.user_id:
        raise AppointmentRefused("不能任命自己，请由另一位管理员办理。")
    _fits(organisation, role, areas)
    if valid_to is not None and valid_to <= valid_from:
        raise AppointmentRefused("结束日期要在开始日期之后。")
    roles_compatible(user, organisation, role, on=max(valid_from, timezone.localdate(at)))
    appointment = Appointment.objects.create(
        user=user, organisation=organisation, role=role, valid_from=valid_from, valid_to=valid_to
    )
    appointment.areas.set(areas)
    if len(appointment.slot_ranges()) > MAX_RANGES:
        raise TooManyAreas
    entry_append(
        viewer=viewer,
        action="appointment.begin",
        subject_type="people.Appointment",
        subject_id=appointment.pk,
        slot=organisation.area.lo,
        at=at,
        after={
            "user": user.pk,
            "organisation": organisation.pk,
            "role": str(role),
            "areas": [area.lo for area in areas],
            "valid_from": valid_from,
        },
    )
    return appointment


def _fits(organisation: Organisation, role: Role, areas: list[Area]) -> None:
    if role not in KIND_ROLES.get(Kind(organisation.kind), ()):
        raise AppointmentRefused(f"{organisation.name}没有“{ROLE_LABELS[role]}”这个岗位。")
    outside = [area.name for area in areas if not organisation.area.lo <= area.lo <= area.hi <= organisation.area.hi]
    if outside:
        raise AppointmentRefused(f"{'、'.join(outside)}不在{organisation.name}的辖区里。")


def roles_compatible(user: User, organisation: Organisation, role: Role, *, on: date) -> None:
    """This function refuses a role that a user has there already, or that must not be hers beside what she holds."""
    open_ones = Appointment.objects.filter(user=user, ended_at=None).filter(Q(valid_to=None) | Q(valid_to__gt=on))
    for held in open_ones:
        if held.organisation_id == organisation.pk and held.role == role:
            raise AppointmentRefused(f"{user.name}已经在{organisation.name}任“{ROLE_LABELS[role]}”。")
        if frozenset({role, Role(held.role)}) in INCOMPATIBLE_ROLES:
            raise IncompatibleRoles(Role(held.role), role)


def appointment_end(
    *, viewer: Viewer, appointment_id: int, at: datetime, reason: str, successor_id: int | None = None
) -> dict[str, int]:
    """This function ends an appointment: access is gone with the next request, open work goes to the successor.

    Returns how much work moved, by label. Raises AppointmentRefused, SuccessorNeeded, NotAdministrator.
    """
    appointment = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("organisation__area", "user")
        .filter(pk=appointment_id)
        .first()
    )
    if appointment is None:
        raise AppointmentRefused("没有找到这个任职。")
    administrator_check(viewer, appointment.organisation.area)
    if appointment.ended_at is not None:
        raise AppointmentRefused("这个任职已经结束了。")
    if appointment.pk == viewer.appointment_id:
        raise AppointmentRefused("不能结束自己正在用的任职，请由另一位管理员办理。")
    if successor_id is None and (work := open_work(appointment.pk)):
        raise SuccessorNeeded(work)
    moved: dict[str, int] = {}
    if successor_id is not None:
        successor = _successor(appointment, successor_id, on=timezone.localdate(at))
        moved = work_hand_over(appointment_id=appointment.pk, successor_id=successor.pk, at=at)
        appointment.successor = successor
    appointment.ended_at = at
    appointment.save(update_fields=["ended_at", "successor"])
    appointment.deputies.filter(ended_at__isnull=True).update(ended_at=at)
    entry_append(
        viewer=viewer,
        action="appointment.end",
        subject_type="people.Appointment",
        subject_id=appointment.pk,
        slot=appointment.organisation.area.lo,
        at=at,
        purpose=reason,
        after={"successor": successor_id, "moved": moved},
    )
    return moved


def _successor(appointment: Appointment, successor_id: int, *, on: date) -> Appointment:
    found = (
        Appointment.objects.select_related("organisation")
        .filter(pk=successor_id, organisation_id=appointment.organisation_id, user__is_active=True)
        .exclude(pk=appointment.pk)
        .first()
    )
    if found is None or not found.is_in_force(on=on):
        raise AppointmentRefused("接手的人要在同一个机构正在任职。")
    return found
