"""What the pages of people share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.http import Http404, HttpRequest

from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.people.contexts import AppointmentRow
from shouwang.people.models import Appointment, Organisation, User
from shouwang.people.selectors import organisation_under, user_under

administrators = requires(Kind.OPERATOR, roles={Role.ADMINISTRATOR})
operators = requires(Kind.OPERATOR, roles={Role.ADMINISTRATOR, Role.SECURITY})
signed_in = requires()


def viewer_of(request: HttpRequest) -> Viewer:
    """This function returns who acts in this request."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def organisation_or_404(request: HttpRequest, organisation_id: int) -> Organisation:
    """This function returns an organisation of the viewer's areas; any other looks absent."""
    found = organisation_under(viewer_of(request), organisation_id)
    if found is None:
        raise Http404
    return found


def user_or_404(request: HttpRequest, user_id: int) -> User:
    """This function returns a user of the viewer's areas; any other looks absent."""
    found = user_under(viewer_of(request), user_id)
    if found is None:
        raise Http404
    return found


def appointment_rows(appointments: Iterable[Appointment], *, on: date, viewer: Viewer) -> list[AppointmentRow]:
    """This function renders appointments for a list."""
    return [
        AppointmentRow(
            appointment=appointment,
            areas="、".join(area.name for area in appointment.areas.all()),
            is_in_force=appointment.is_in_force(on=on),
            is_mine=appointment.pk == viewer.appointment_id,
        )
        for appointment in appointments
    ]
