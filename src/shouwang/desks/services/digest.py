"""The morning digest: one message to each appointment that has work, once a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from shouwang.casework.selectors.digest import morning_of
from shouwang.kit.dates import SHANGHAI
from shouwang.office.rules import Figures, MessageKind
from shouwang.office.selectors import keys_told
from shouwang.office.services import message_enqueue
from shouwang.people.access import SYSTEM, Kind, Role, acting_as, viewer_for
from shouwang.people.selectors import appointment_by_id, appointments_on

WORKERS = (Role.LEADER, Role.CLERK, Role.OFFICER, Role.SUPERVISOR)  # a group hears what the first of these has
WITHOUT_DESK = (Kind.OPERATOR, Kind.AUDIT, Kind.SYSTEM)
SINCE = timedelta(days=1)


def digests_make(*, at: datetime) -> int:
    """This function tells every desk what is new, due today and late, and returns how many it told (worker only).

    Each appointment is counted under its own scope, in a transaction of its own; who was told today is left alone, and
    so is who has nothing. The first of an organisation also goes to its group.
    """
    on = at.astimezone(SHANGHAI).date()
    with acting_as(SYSTEM):
        held = appointments_on(on, roles=WORKERS, without=WITHOUT_DESK)
        told = keys_told(f"digest:{on}:")
    ranked = sorted(held, key=lambda row: (row[1], WORKERS.index(Role(row[2])), row[0]))
    heard = {organisation_id for pk, organisation_id, _ in ranked if _key(on.isoformat(), pk) in told}
    made = 0
    for pk, organisation_id, _ in ranked:
        if _key(on.isoformat(), pk) not in told and _tell(pk, at=at, is_first=organisation_id not in heard):
            heard.add(organisation_id)
            made += 1
    return made


def _key(day: str, appointment_id: int) -> str:
    return f"digest:{day}:{appointment_id}"


def _tell(appointment_id: int, *, at: datetime, is_first: bool) -> bool:
    on = at.astimezone(SHANGHAI).date()
    with acting_as(SYSTEM):
        appointment = appointment_by_id(appointment_id)
    if appointment is None:
        return False
    viewer = viewer_for(appointment, on=on)
    if viewer.is_anonymous:
        return False
    with acting_as(viewer):
        morning = morning_of(viewer, on=on, since=at - SINCE)
        if morning.is_empty:
            return False
        figures = Figures(
            {"new": morning.new, "today": morning.today, "late": morning.late, "escalated": morning.escalated}
        )
        message = message_enqueue(
            organisation_id=appointment.organisation_id, appointment_id=appointment_id, kind=MessageKind.DIGEST,
            figures=figures, key=_key(on.isoformat(), appointment_id), at=at, for_group=is_first,
        )  # fmt: skip
    return message is not None
