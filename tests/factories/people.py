"""Areas, organisations, users, appointments and grants as tests need them."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta

from django.utils import timezone

from shouwang.kit import divisions
from shouwang.people.access import Kind, Role, Viewer, viewer_for
from shouwang.people.models import Appointment, Area, AreaCode, Organisation, TaskGrant, User
from shouwang.people.rules import place_initials, place_name_short

BEGAN = date(2020, 1, 1)
_number = itertools.count(1)


def area_make(code: int | str, name: str | None = None) -> Area:
    """This function returns the current area of a code, made with all areas above it when absent."""
    lo, hi = divisions.slot_range(code)
    level = divisions.level(lo)
    known = Area.objects.filter(lo=lo, level=level, is_current=True).first()
    if known is not None:
        return known
    above = divisions.parent(lo)
    parent = area_make(above) if above else None
    official = name or divisions.load().name(lo) or f"测试区划{lo}"
    short = place_name_short(official)
    area = Area.objects.create(
        level=level,
        lo=lo,
        hi=hi,
        name=short,
        initials=place_initials(short),
        full_name=(parent.full_name if parent else "") + short,
        parent=parent,
    )
    AreaCode.objects.create(area=area, code=divisions.text(lo), name=official, parent=parent)
    return area


def organisation_make(kind: Kind, area: Area, *, department: str = "", name: str | None = None) -> Organisation:
    """This function returns the organisation of a kind in an area, made when absent."""
    if kind is Kind.DEPARTMENT and not department:
        raise ValueError("a department needs its code")
    found, _ = Organisation.objects.get_or_create(
        kind=kind, department=department, area=area, name=name or f"{area.name}{department}{kind.value}"
    )
    return found


def user_make(name: str = "", *, username: str = "", password: str = "") -> User:
    """This function makes a user; without a password she signs in by `force_login` only."""
    user = User(username=username or f"user{next(_number)}", name=name or "测试人员")
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    return user


def appointment_make(
    user: User,
    organisation: Organisation,
    role: Role,
    *,
    areas: list[Area] | None = None,
    valid_from: date = BEGAN,
    valid_to: date | None = None,
) -> Appointment:
    """This function appoints a user; without areas she gets the organisation's own area."""
    appointment = Appointment.objects.create(
        user=user, organisation=organisation, role=role, valid_from=valid_from, valid_to=valid_to
    )
    appointment.areas.set(areas if areas is not None else [organisation.area])
    return appointment


def viewer_make(
    kind: Kind, role: Role, area: Area, *, department: str = "", name: str = "", organisation_name: str | None = None
) -> Viewer:
    """This function makes user, organisation and appointment and returns the viewer they act as."""
    organisation = organisation_make(kind, area, department=department, name=organisation_name)
    appointment = appointment_make(user_make(name), organisation, role)
    return viewer_for(appointment, on=timezone.localdate())


def grant_make(
    viewer: Viewer,
    *,
    household_id: int,
    slot: int,
    case_id: int | None = None,
    task_id: int | None = None,
    fields: list[str] | None = None,
    until: datetime | None = None,
) -> TaskGrant:
    """This function opens a household to a viewer's organisation for a task; call it inside `acting_as(SYSTEM)`."""
    now = timezone.now()
    return TaskGrant.objects.create(
        organisation_id=viewer.organisation_id,
        household_id=household_id,
        slot=slot,
        case_id=case_id or next(_number),
        task_id=task_id or next(_number),
        fields=fields or [],
        given_at=now,
        until=until or now + timedelta(days=15),
    )
