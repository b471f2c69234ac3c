"""Reads of areas, organisations and appointments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now

from shouwang.kit.divisions import slot_range
from shouwang.people.access import Kind, Viewer
from shouwang.people.models import Appointment, Area, AreaCode, FactorReset, Organisation, TaskGrant, User


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
    return next(iter(chosen or found), None)


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
    return not has_second_factor(user.pk)


@dataclass(frozen=True)
class AreaOn:
    """An area as it was on a day."""

    area_id: int
    code: int
    level: int
    name: str
    parent_id: int | None


@dataclass(frozen=True)
class TreeOn:
    """The tree of one day, against today's codes: reports as of a day group today's rows by it."""

    on: date
    then: dict[int, int]  # today's code → the code of that day, only where they differ

    def slot_on(self, slot: int) -> int:
        """This function returns the code that today's slot had on the day."""
        return self.then.get(slot, slot)

    def slots_now(self, code: int) -> list[tuple[int, int]]:
        """This function returns today's slot ranges of everything that lay in an area of that day."""
        lo, hi = slot_range(code)
        gone = {now for now, then in self.then.items() if lo <= now <= hi and not lo <= then <= hi}
        come = {now for now, then in self.then.items() if lo <= then <= hi and not lo <= now <= hi}
        return _without(lo, hi, gone) + [(slot, slot) for slot in sorted(come)]


def _without(lo: int, hi: int, gone: set[int]) -> list[tuple[int, int]]:
    """This function returns the ranges of [lo, hi] that leave out some slots."""
    kept = []
    for slot in sorted(gone):
        if lo < slot:
            kept.append((lo, slot - 1))
        lo = slot + 1
    return [*kept, (lo, hi)] if lo <= hi else kept


def areas_as_of(on: date, *, level: int | None = None) -> list[AreaOn]:
    """This function returns the areas of a day with the codes and names they had then, in code order."""
    codes = AreaCode.objects.filter(scheme="statistics").filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on), Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    )
    if level is not None:
        codes = codes.filter(area__level=level)
    rows = codes.order_by("code").values_list("area_id", "code", "area__level", "name", "parent_id")
    return [AreaOn(area_id, int(code), depth, name, parent_id) for area_id, code, depth, name, parent_id in rows]


def tree_as_of(on: date) -> TreeOn:
    """This function returns the tree of a day for grouping today's rows; only villages that moved since are kept."""
    moved = AreaCode.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on), scheme="statistics", valid_to__gt=on, area__is_current=True
    )
    rows = moved.values_list("area__lo", "code")
    return TreeOn(on=on, then={lo: int(code) for lo, code in rows if lo != int(code)})


def appointments_of_organisation(organisation_id: int) -> QuerySet[Appointment]:
    """This function returns all appointments of an organisation, those in force first."""
    return (
        Appointment.objects.filter(organisation_id=organisation_id)
        .select_related("user", "organisation")
        .prefetch_related("areas")
        .order_by(F("ended_at").asc(nulls_first=True), "role", "user__name", "pk")
    )


def granted_households(viewer: Viewer) -> QuerySet[TaskGrant, int]:
    """This function returns the ids of the households that live task grants open to the viewer's organisation."""
    return TaskGrant.objects.filter(organisation_id=viewer.organisation_id or 0, until__gt=Now()).values_list(
        "household_id", flat=True
    )


def organisations_of_kind(*, slot: int, kind: Kind) -> QuerySet[Organisation]:
    """This function returns the active organisations of a kind whose area holds a slot, of whatever department."""
    return (
        Organisation.objects.filter(is_active=True, kind=kind, area__lo__lte=slot, area__hi__gte=slot)
        .select_related("area")
        .order_by("-area__level", "department", "pk")
    )


def organisations_by_ids(ids: set[int]) -> dict[int, Organisation]:
    """This function returns organisations by id."""
    return {found.pk: found for found in Organisation.objects.filter(pk__in=ids)}


def grant_fields(viewer: Viewer, *, task_id: int) -> frozenset[str]:
    """This function returns what a live grant of a task shows of its household to the viewer's organisation."""
    grant = TaskGrant.objects.filter(
        task_id=task_id, organisation_id=viewer.organisation_id or 0, until__gt=Now()
    ).first()
    return frozenset(grant.fields) if grant else frozenset()


def grants_fields(viewer: Viewer, *, task_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """This function returns `grant_fields` of several tasks by task; those without a live grant are left out."""
    mine = TaskGrant.objects.filter(organisation_id=viewer.organisation_id or 0, until__gt=Now())
    return {grant.task_id: frozenset(grant.fields) for grant in mine.filter(task_id__in=list(task_ids))}


def areas_matching(viewer: Viewer, text: str, *, level: int | None = None) -> QuerySet[Area]:
    """This function returns the viewer's areas whose code, name or pinyin initials begin with a text, higher first."""
    text = text.strip()
    found = areas_visible_to(viewer, level=level).order_by("level", "lo")
    if not text:
        return found.none()
    if text.isascii() and text.isdigit():
        lo = int(text.ljust(12, "0")[:12])
        hi = int(text.ljust(12, "9")[:12])
        return found.filter(lo__gte=lo, lo__lte=hi)
    if text.isascii():
        return found.filter(initials__startswith=text.lower())
    return found.filter(Q(name__startswith=text) | Q(full_name=text))


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


def user_under(viewer: Viewer, user_id: int) -> User | None:
    """This function returns a user all of whose open appointments lie inside the viewer's areas, or None."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return None
    held = Appointment.objects.filter(user=user, ended_at=None).select_related("organisation__area")
    areas = [appointment.organisation.area for appointment in held]
    if any(not any(lo <= area.lo and area.hi <= hi for lo, hi in viewer.ranges) for area in areas):
        return None
    return user


def appointments_of_user(user_id: int) -> QuerySet[Appointment]:
    """This function returns all appointments of a user, open ones first."""
    return (
        Appointment.objects.filter(user_id=user_id)
        .select_related("organisation__area", "user")
        .prefetch_related("areas")
        .order_by(F("ended_at").asc(nulls_first=True), "-valid_from", "pk")
    )


def factor_resets_open() -> QuerySet[FactorReset]:
    """This function returns the undecided requests to take a second factor away, oldest first."""
    found = FactorReset.objects.filter(decided_at=None).select_related("user", "asked_by__user")
    return found.order_by("asked_at")


def factor_resets_decided() -> QuerySet[FactorReset]:
    """This function returns the decided requests, newest first."""
    found = FactorReset.objects.exclude(decided_at=None).select_related("user", "asked_by__user", "decided_by__user")
    return found.order_by("-decided_at")


def has_second_factor(user_id: int) -> bool:
    """This function tells whether a user has enrolled a second factor."""
    return Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.TOTP).exists()


def organisations_named(text: str) -> list[Organisation]:
    """This function returns the active organisations of a name, or the one of a number."""
    found = Organisation.objects.filter(is_active=True).select_related("area")
    named = found.filter(pk=int(text)) if text.isdecimal() else found.filter(name=text)
    return list(named.order_by("pk"))


@dataclass(frozen=True)
class AreaRow:
    """An area as pages outside this room use it; `lo` in twelve digits is its code."""

    pk: int
    lo: int
    hi: int
    level: int
    name: str
    full_name: str
    parent_lo: int | None

    @property
    def code(self) -> str:
        return f"{self.lo:012d}"


def _area_row(area: Area) -> AreaRow:
    parent = area.parent
    return AreaRow(area.pk, area.lo, area.hi, area.level, area.name, str(area), parent.lo if parent else None)


def area_by_code(code: str) -> AreaRow | None:
    """This function returns the current area of a twelve-digit code, or None."""
    if not (code.isascii() and code.isdigit() and len(code) == 12):
        return None
    found = Area.objects.filter(is_current=True, lo=int(code)).select_related("parent").order_by("level").first()
    return _area_row(found) if found else None


def areas_below(area: AreaRow, *, level: int) -> list[AreaRow]:
    """This function returns the current areas of a level inside an area, in code order; a village has only itself."""
    found = Area.objects.filter(is_current=True, level=level, lo__gte=area.lo, hi__lte=area.hi)
    return [_area_row(child) for child in found.select_related("parent").order_by("lo")]


def top_area(viewer: Viewer) -> AreaRow | None:
    """This function returns the highest current area inside the viewer's first range, or None."""
    for lo, hi in viewer.ranges:
        found = Area.objects.filter(is_current=True, lo__gte=lo, hi__lte=hi).select_related("parent")
        top = found.order_by("level", "lo").first()
        if top is not None:
            return _area_row(top)
    return None


def appointments_of_username(username: str, *, on: date) -> list[Appointment]:
    """This function returns the appointments in force of a user named on the command line."""
    user = User.objects.filter(username=username, is_active=True).first()
    return list(appointments_in_force(user_id=user.pk, on=on)) if user else []


def user_by_username(username: str) -> User | None:
    """This function returns a user by her account, or None."""
    return User.objects.filter(username=username).first()
