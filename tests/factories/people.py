"""Areas, organisations, users, appointments and grants as tests need them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import prefetch_related_objects
from django.utils import timezone

from shouwang.kit import divisions
from shouwang.people.access import Kind, Role, Viewer, viewer_for
from shouwang.people.models import Appointment, Area, AreaCode, Organisation, TaskGrant, User
from shouwang.people.rules import place_initials, place_name_short

BEGAN = date(2020, 1, 1)
_number = itertools.count(1)


def areas_make(codes: Sequence[int | str], *, names: Mapping[int, str] | None = None) -> list[Area]:
    """This function returns the current areas of codes in their order, made with all areas above them when absent.

    `names` gives a name by slot where the divisions have none, or a test wants another. One statement a level.
    """
    wanted = [divisions.slot_range(code)[0] for code in codes]
    found = {(area.lo, area.level): area for area in Area.objects.filter(lo__in=_with_above(wanted), is_current=True)}
    missing = [lo for lo in _with_above(wanted) if (lo, divisions.level(lo)) not in found]
    for level, group in itertools.groupby(sorted(missing, key=divisions.level), key=divisions.level):
        made = [_area_new(lo, found, (names or {}).get(lo)) for lo in group]
        found |= {(area.lo, level): area for area in Area.objects.bulk_create([area for area, _ in made])}
        AreaCode.objects.bulk_create(
            AreaCode(area=area, code=divisions.text(area.lo), name=official, parent=area.parent)
            for area, official in made
        )
    return [found[lo, divisions.level(lo)] for lo in wanted]


def _with_above(slots: Sequence[int]) -> list[int]:
    """This function returns slots and those of every area above them, each once."""
    all_of_them: dict[int, None] = {}
    for slot in slots:
        at: int | None = slot
        while at and at not in all_of_them:
            all_of_them[at] = None
            at = divisions.parent(at)
    return list(all_of_them)


def _area_new(lo: int, found: Mapping[tuple[int, int], Area], name: str | None) -> tuple[Area, str]:
    """This function returns an area that is not stored yet, and its official name."""
    above = divisions.parent(lo)
    parent = found[above, divisions.level(above)] if above else None
    official = name or divisions.load().name(lo) or f"测试区划{lo}"
    short = place_name_short(official)
    area = Area(
        level=divisions.level(lo),
        lo=lo,
        hi=divisions.slot_range(divisions.text(lo))[1],
        name=short,
        initials=place_initials(short),
        full_name=(parent.full_name if parent else "") + short,
        parent=parent,
    )
    return area, official


def area_make(code: int | str, name: str | None = None) -> Area:
    """This function returns the current area of a code, made with all areas above it when absent."""
    return areas_make([code], names={divisions.slot_range(code)[0]: name} if name else None)[0]


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
    user = _user_new(name, username)
    if password:
        user.set_password(password)
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


@dataclass(frozen=True)
class Member:
    """Somebody to be appointed: what she does, for whom, where."""

    kind: Kind
    role: Role
    area: Area
    name: str = ""
    organisation: str | None = None
    department: str = ""

    @property
    def office(self) -> tuple[str, str, int, str]:
        """What tells her organisation from others."""
        name = self.organisation or f"{self.area.name}{self.department}{self.kind.value}"
        return self.kind.value, self.department, self.area.pk, name


def viewers_make(members: Sequence[Member]) -> list[Viewer]:
    """This function makes a user and an appointment for each and returns the viewers they act as, in order.

    Organisations that stand already are taken as they are. One statement a table, however many they are.
    """
    offices = _organisations_make(members)
    users = User.objects.bulk_create(_user_new(member.name) for member in members)
    appointments = Appointment.objects.bulk_create(
        Appointment(user=user, organisation=offices[member.office], role=member.role, valid_from=BEGAN)
        for member, user in zip(members, users, strict=True)
    )
    places = Appointment.areas.through
    places.objects.bulk_create(
        places(appointment=appointment, area=member.area)
        for member, appointment in zip(members, appointments, strict=True)
    )
    prefetch_related_objects(appointments, "areas")
    return [viewer_for(appointment, on=timezone.localdate()) for appointment in appointments]


def _organisations_make(members: Sequence[Member]) -> dict[tuple[str, str, int, str], Organisation]:
    def known(rows: Iterable[Organisation]) -> dict[tuple[str, str, int, str], Organisation]:
        return {(str(row.kind), row.department, row.area_id, row.name): row for row in rows}

    wanted = {member.office: member.area for member in members}
    found = known(Organisation.objects.filter(area__in=set(wanted.values()), name__in=[key[3] for key in wanted]))
    missing = [
        Organisation(kind=key[0], department=key[1], area=area, name=key[3])
        for key, area in wanted.items()
        if key not in found
    ]
    return found | known(Organisation.objects.bulk_create(missing))


def _user_new(name: str, username: str = "") -> User:
    user = User(username=username or f"user{next(_number)}", name=name or "测试人员")
    user.set_unusable_password()
    return user


def viewer_make(
    kind: Kind, role: Role, area: Area, *, department: str = "", name: str = "", organisation_name: str | None = None
) -> Viewer:
    """This function makes user, organisation and appointment and returns the viewer they act as."""
    if kind is Kind.DEPARTMENT and not department:
        raise ValueError("a department needs its code")
    return viewers_make([Member(kind, role, area, name, organisation_name, department)])[0]


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
