"""Under which appointment a signed-in user acts right now: asked at every request, so in one statement.

It is written by hand: to build it from models took longer than most pages take for everything else. It is asked anew
each time, since an appointment withdrawn a moment ago must open nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection

from shouwang.people.access import NOBODY, Kind, Role, Viewer, spans_merged
from shouwang.people.models import User

# Of a user's appointments in force the wanted one, else an own one before a deputy's, the oldest first.
_SEAT = """
select seat.id, seat.role, office.id, office.kind, office.department, office.name,
       array(select array[area.lo, area.hi] from people_appointment_areas held
             join people_area area on area.id = held.area_id where held.appointment_id = seat.id),
       absent.user_id, coalesce(nullif(away.name, ''), away.username), absent.ended_at is null and away.is_active,
       count(*) over (),
       exists (select from mfa_authenticator factor where factor.user_id = seat.user_id and factor.type = 'totp')
from people_appointment seat
join people_organisation office on office.id = seat.organisation_id
left join people_appointment absent on absent.id = seat.deputy_for_id
left join people_user away on away.id = absent.user_id
where seat.user_id = %s and seat.ended_at is null and seat.valid_from <= %s
      and (seat.valid_to is null or seat.valid_to > %s)
order by seat.id is not distinct from %s desc, seat.deputy_for_id nulls first, seat.valid_from, seat.id
limit 1
"""


@dataclass(frozen=True)
class Seat:
    """The appointment a user acts under; `held` counts those in force, `viewer` is NOBODY where it opens nothing."""

    viewer: Viewer
    held: int
    needs_second_factor: bool


NO_SEAT = Seat(NOBODY, 0, False)


def seat_acting(*, user: User, wanted: int | None, on: date) -> Seat:
    """This function returns under which of the appointments in force a user acts: the wanted one, else the first.

    A deputy's seat opens nothing once the absent person's appointment has ended or that person's account is disabled.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SEAT, [user.pk, on, on, wanted])
        row = cursor.fetchone()
    if row is None:
        return NO_SEAT
    pk, role, office, kind, department, office_name, spans, absent, absent_name, is_absent_there, held, has_factor = row
    if not has_factor and (user.must_set_second_factor or role in settings.SECOND_FACTOR_ROLES):
        return Seat(NOBODY, held, True)
    if not user.is_active or (absent is not None and not is_absent_there):
        return Seat(NOBODY, held, False)
    name = user.get_full_name()
    viewer = Viewer(
        appointment_id=pk,
        user_id=user.pk,
        organisation_id=office,
        kind=Kind(kind),
        department=department,
        role=Role(role),
        ranges=spans_merged((lo, hi) for lo, hi in spans),
        name=f"{name}（代{absent_name}）" if absent is not None else name,
        organisation_name=office_name,
        deputises_user_id=absent,
    )
    return Seat(viewer, held, False)
