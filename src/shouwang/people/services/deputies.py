"""Deputies: an absent person's desk is done by another one for some days, in the deputy's own name.

A deputy acts under an appointment of her own, so that whatever needs two people still needs two; what the absent one
may not do because of her own work, her deputy may not do for her.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Kind, Role, Viewer
from shouwang.people.models import Appointment, User
from shouwang.people.selectors.appointments import deputies_possible
from shouwang.people.services.appointments import AppointmentRefused, roles_compatible
from shouwang.people.services.organisations import administrator_check

MOST_DAYS = 366
WORKING = frozenset({Role.OFFICER, Role.CLERK, Role.LEADER})


def deputy_name(
    *, viewer: Viewer, appointment_id: int, user_id: int, valid_from: date, until: date, reason: str, at: datetime
) -> Appointment:
    """This function lets another person do an appointment's desk from a day to another, both included.

    The absent person names a colleague; an administrator names anybody of her areas. Raises AppointmentRefused,
    IncompatibleRoles, NotAdministrator.
    """
    on = at.astimezone(SHANGHAI).date()
    with transaction.atomic():
        # Locked, so that two deputies named at once cannot slip past each other.
        absent = _absent(appointment_id, on=on)
        is_own = absent.user_id == viewer.user_id
        if not is_own:
            administrator_check(viewer, absent.organisation.area)
        _days(absent, valid_from, until, on=on)
        if not reason.strip():
            raise AppointmentRefused("请写明为什么要人代理。")
        numbers_refuse(reason)
        user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
        if user is None or user.pk not in {one.pk for one in deputies_possible(absent, on=on)}:
            raise AppointmentRefused("请选一位能代理这个岗位的人：同单位的，或本县同类单位的；村里的也可以请乡镇的代。")
        if user.pk == viewer.user_id:
            raise AppointmentRefused("不能指定自己代理，请由另一位管理员办理。")
        end = until + timedelta(days=1)
        if absent.deputies.filter(ended_at__isnull=True, valid_from__lt=end, valid_to__gt=valid_from).exists():
            raise AppointmentRefused("这段时间已经有人代理，请先结束原来的代理。")
        roles_compatible(user, absent.organisation, Role(absent.role), on=valid_from)
        deputy = Appointment.objects.create(
            user=user, organisation=absent.organisation, role=absent.role, valid_from=valid_from, valid_to=end,
            deputy_for=absent,
        )  # fmt: skip
        deputy.areas.set(absent.areas.all())
        _log(viewer, "deputy.begin", deputy, at=at, purpose=reason.strip()[:200],
             after={"user": user.pk, "absent": absent.user_id, "valid_from": valid_from, "until": until})  # fmt: skip
    return deputy


def _absent(appointment_id: int, *, on: date) -> Appointment:
    found = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("organisation__area", "user")
        .filter(pk=appointment_id)
        .first()
    )
    if found is None or not found.is_in_force(on=on):
        raise AppointmentRefused("没有找到这个任职，或者已经结束。")
    if found.deputy_for_id is not None:
        raise AppointmentRefused("代理的岗位不能再转给别人代理。")
    if Role(found.role) not in WORKING or found.organisation.kind in (Kind.AUDIT, Kind.OPERATOR):
        raise AppointmentRefused("这个岗位不能由人代理。")
    return found


def _days(absent: Appointment, valid_from: date, until: date, *, on: date) -> None:
    if valid_from < on:
        raise AppointmentRefused("开始日期不能早于今天。")
    if until < valid_from:
        raise AppointmentRefused("结束日期不能早于开始日期。")
    if (until - valid_from).days >= MOST_DAYS:
        raise AppointmentRefused("一次最多代理一年，更久的请另行任命。")
    if absent.valid_to is not None and until >= absent.valid_to:
        raise AppointmentRefused("代理不能比原来的任职更久。")


def deputy_end(*, viewer: Viewer, appointment_id: int, at: datetime) -> Appointment:
    """This function ends a deputising at once: by the absent person, the deputy herself, or an administrator.

    Raises AppointmentRefused, NotAdministrator.
    """
    with transaction.atomic():
        found = (
            Appointment.objects.select_for_update(of=("self",))
            .select_related("organisation__area", "deputy_for")
            .filter(pk=appointment_id, deputy_for__isnull=False, ended_at__isnull=True)
            .first()
        )
        if found is None or found.deputy_for is None:
            raise AppointmentRefused("没有找到这项代理，或者已经结束。")
        if viewer.user_id not in (found.user_id, found.deputy_for.user_id):
            administrator_check(viewer, found.organisation.area)
        found.ended_at = at
        found.save(update_fields=["ended_at"])
        _log(viewer, "deputy.end", found, at=at, purpose="", after={"user": found.user_id})
    return found


def _log(
    viewer: Viewer, action: str, deputy: Appointment, *, at: datetime, purpose: str, after: dict[str, object]
) -> None:
    entry_append(
        viewer=viewer, action=action, subject_type="people.Appointment", subject_id=deputy.pk,
        slot=deputy.organisation.area.lo, at=at, purpose=purpose, after=after,
    )  # fmt: skip
