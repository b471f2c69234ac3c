"""Which seat a request acts under: one statement finds what the appointments themselves say, at every request."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.factories.cast import Cast, sign_in
from tests.factories.people import appointment_make, organisation_make, user_make

from shouwang.people.access import NOBODY, Kind, Role, Viewer, viewer_for
from shouwang.people.models import Appointment, User
from shouwang.people.selectors import Seat, appointments_in_force, seat_acting

TODAY = date(2026, 3, 31)
DAY = timedelta(days=1)


def seat(user: User, *, wanted: int | None = None, on: date = TODAY) -> Seat:
    return seat_acting(user=user, wanted=wanted, on=on)


def told(user: User, *, on: date = TODAY) -> list[Viewer]:
    """The viewers of a user's appointments in force, one by one from their models."""
    return [viewer_for(one, on=on) for one in appointments_in_force(user_id=user.pk, on=on)]


def test_every_member_acts_as_her_appointment_says(cast: Cast) -> None:
    for name, viewer in cast.members().items():
        user = User.objects.get(pk=viewer.user_id)
        if viewer.role in (Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR):
            assert seat(user, on=timezone.localdate()) == Seat(NOBODY, 1, True), name
            TOTP.activate(user, "JBSWY3DPEHPK3PXP")
        assert seat(user, on=timezone.localdate()) == Seat(viewer, 1, False), name


def test_whoever_must_have_a_second_factor_has_no_seat_without_one(cast: Cast) -> None:
    user = User.objects.get(pk=cast.county.user_id)
    user.must_set_second_factor = True
    assert seat(user, on=timezone.localdate()) == Seat(NOBODY, 1, True)


def test_of_several_the_wanted_one_acts_else_her_own_first(cast: Cast) -> None:
    user, places = user_make("多岗"), cast.places
    centre = organisation_make(Kind.COUNTY_CENTRE, places.county)
    late = appointment_make(user, centre, Role.CLERK, valid_from=TODAY)
    # Areas that touch, that overlap and that lie apart.
    early = appointment_make(
        user, organisation_make(Kind.TOWNSHIP, places.town), Role.CLERK, valid_from=TODAY - DAY,
        areas=[places.neighbour_village, places.town, places.sibling_town, places.village],
    )  # fmt: skip
    nowhere = appointment_make(user, centre, Role.OFFICER, valid_from=TODAY, areas=[])
    absent = appointment_make(user_make("不在", username="away"), centre, Role.LEADER, valid_from=TODAY - 9 * DAY)
    deputy = appointment_make(user, centre, Role.LEADER, valid_from=TODAY - 9 * DAY, valid_to=TODAY + DAY)
    Appointment.objects.filter(pk=deputy.pk).update(deputy_for=absent)

    assert [one.appointment_id for one in told(user)] == [early.pk, late.pk, nowhere.pk, deputy.pk]
    for viewer in told(user):
        assert seat(user, wanted=viewer.appointment_id) == Seat(viewer, 4, False)
    assert seat(user, wanted=absent.pk) == seat(user, wanted=None) == Seat(told(user)[0], 4, False)
    assert seat(user, wanted=deputy.pk).viewer.name == "多岗（代不在）"
    assert seat(user, wanted=nowhere.pk).viewer.ranges == ()

    User.objects.filter(pk=absent.user_id).update(is_active=False)
    assert seat(user, wanted=deputy.pk) == Seat(NOBODY, 4, False)
    User.objects.filter(pk=absent.user_id).update(is_active=True)
    Appointment.objects.filter(pk=absent.pk).update(ended_at=timezone.now())
    assert seat(user, wanted=deputy.pk) == Seat(NOBODY, 4, False)
    assert seat(user, wanted=deputy.pk, on=TODAY + DAY) == Seat(told(user)[0], 3, False)
    user.is_active = False
    assert seat(user) == Seat(NOBODY, 4, False)


@pytest.mark.parametrize(("day", "acts"), [(-1, False), (0, True), (4, True), (5, False)])
def test_a_seat_opens_on_its_first_day_and_shuts_after_its_last(cast: Cast, day: int, acts: bool) -> None:
    user = user_make("短期")
    centre = organisation_make(Kind.COUNTY_CENTRE, cast.places.county)
    made = appointment_make(user, centre, Role.CLERK, valid_from=TODAY, valid_to=TODAY + 5 * DAY)
    found = seat(user, on=TODAY + day * DAY)
    assert (found.viewer.appointment_id == made.pk, found.held) == (acts, int(acts))
    assert found.viewer.is_anonymous is not acts


def test_an_appointment_withdrawn_between_two_requests_opens_nothing(real_cast: Cast, client: Client) -> None:
    sign_in(client, real_cast.county)
    assert client.get("/people/switch/").status_code == 200
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/there-is-no-such-page/").status_code == 404
    # The session, the account and the seat; what follows is the page.
    assert [one["sql"].split('"')[1] for one in asked[:2]] == ["django_session", "people_user"]
    assert "people_appointment seat" in asked[2]["sql"]
    Appointment.objects.filter(pk=real_cast.county.appointment_id).update(ended_at=timezone.now())
    assert client.get("/people/switch/").status_code == 403
    Appointment.objects.filter(pk=real_cast.county.appointment_id).update(ended_at=None, valid_to=timezone.localdate())
    assert client.get("/people/switch/").status_code == 403
    User.objects.filter(pk=real_cast.county.user_id).update(is_active=False)
    assert client.get("/people/switch/").status_code == 302
