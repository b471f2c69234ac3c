"""Organisations and appointments: who may make them, what may not be one person, and what happens at the end."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from tests.factories.cast import Cast, sign_in
from tests.factories.people import appointment_make, area_make, organisation_make, user_make

from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as, viewer_for
from shouwang.people.models import Appointment, Organisation
from shouwang.people.selectors import appointments_in_force
from shouwang.people.services import (
    AppointmentRefused,
    IncompatibleRoles,
    NotAdministrator,
    OrganisationRefused,
    SuccessorNeeded,
    WorkHolder,
    appointment_begin,
    appointment_end,
    county_set_up,
    handover,
    organisation_add,
    organisation_close,
    work_holder_register,
)

AT = datetime(2020, 7, 1, 1, tzinfo=UTC)
ON = date(2020, 7, 1)


def begin(viewer: Viewer, organisation: Organisation, role: Role = Role.CLERK, **more: object) -> Appointment:
    user = more.pop("user", None) or user_make("新人")
    with acting_as(viewer):
        return appointment_begin(
            viewer=viewer,
            user_id=user.pk,  # type: ignore[attr-defined]
            organisation_id=organisation.pk,
            role=role,
            area_ids=list(more.pop("area_ids", [])),  # type: ignore[call-overload]
            valid_from=ON,
            at=AT,
            **more,  # type: ignore[arg-type]
        )


def centre(cast: Cast) -> Organisation:
    return Organisation.objects.get(pk=cast.county.organisation_id)


def test_an_administrator_adds_an_organisation_of_her_area(cast: Cast) -> None:
    with acting_as(cast.administrator):
        made = organisation_add(
            viewer=cast.administrator, kind=Kind.TOWNSHIP, area_id=cast.places.sibling_town.pk, name="西郭城站", at=AT
        )
    assert (made.kind, made.area) == ("TOWNSHIP", cast.places.sibling_town)


@pytest.mark.parametrize("member", ["county", "leader", "security", "auditor", "neighbour"])
def test_nobody_else_adds_one(cast: Cast, member: str) -> None:
    viewer = cast.members()[member]
    with acting_as(viewer), pytest.raises(NotAdministrator):
        organisation_add(viewer=viewer, kind=Kind.TOWNSHIP, area_id=cast.places.town.pk, name="站", at=AT)


def test_an_administrator_adds_nothing_outside_her_area(cast: Cast) -> None:
    with acting_as(cast.administrator), pytest.raises(NotAdministrator):
        organisation_add(
            viewer=cast.administrator,
            kind=Kind.TOWNSHIP,
            area_id=cast.places.neighbour_town.pk,
            name="邻县的站",
            at=AT,
        )


@pytest.mark.parametrize(
    ("kind", "department", "sentence"),
    [
        (Kind.VILLAGE, "", "这一级"),
        (Kind.DEPARTMENT, "", "哪个部门"),
        (Kind.COUNTY_CENTRE, "education", "哪个部门"),
        (Kind.DEPARTMENT, "education", "已经有这个部门"),
    ],
)
def test_an_organisation_that_does_not_fit_is_refused(cast: Cast, kind: Kind, department: str, sentence: str) -> None:
    viewer = cast.administrator
    with acting_as(viewer), pytest.raises(OrganisationRefused, match=sentence):
        organisation_add(
            viewer=viewer, kind=kind, department=department, area_id=cast.places.county.pk, name="某", at=AT
        )


def test_a_county_is_set_up_once(cast: Cast) -> None:
    with acting_as(SYSTEM):
        county_set_up(viewer=SYSTEM, county_id=cast.places.neighbour_county.pk, at=AT)
        again = county_set_up(viewer=SYSTEM, county_id=cast.places.neighbour_county.pk, at=AT)
    found = Organisation.objects.filter(area__lo__gte=130532000000, area__hi__lte=130532999999)
    assert again == 0
    assert found.filter(kind="DEPARTMENT").count() == 12
    assert {"COUNTY_CENTRE", "LEADING_GROUP", "AUDIT", "INSURER", "TOWNSHIP", "VILLAGE"} <= set(
        found.values_list("kind", flat=True)
    )


def test_an_appointment_gives_access_from_its_first_day_to_before_its_last(cast: Cast) -> None:
    made = begin(cast.administrator, centre(cast), valid_to=date(2020, 8, 1))
    days = {day: made.is_in_force(on=day) for day in (date(2020, 6, 30), ON, date(2020, 7, 31), date(2020, 8, 1))}
    assert list(days.values()) == [False, True, True, False]
    assert viewer_for(made, on=date(2020, 8, 1)).is_anonymous


@pytest.mark.parametrize(
    ("held", "wanted", "kind"),
    [
        (Role.CLERK, Role.AUDITOR, Kind.AUDIT),
        (Role.LEADER, Role.AUDITOR, Kind.AUDIT),
    ],
)
def test_incompatible_roles_are_refused(cast: Cast, held: Role, wanted: Role, kind: Kind) -> None:
    user = user_make("一人")
    appointment_make(user, centre(cast), held)
    other = Organisation.objects.get(kind=kind, area=cast.places.county)
    with pytest.raises(IncompatibleRoles):
        begin(cast.administrator, other, wanted, user=user)


def test_administrator_and_security_officer_are_two_people(cast: Cast) -> None:
    operator = Organisation.objects.get(pk=cast.security.organisation_id)
    user = user_make("一人")
    appointment_make(user, operator, Role.SECURITY)
    with pytest.raises(IncompatibleRoles):
        begin(cast.administrator, operator, Role.ADMINISTRATOR, user=user)


def test_an_ended_role_is_no_longer_in_the_way(cast: Cast) -> None:
    user = user_make("一人")
    held = appointment_make(user, centre(cast), Role.CLERK)
    with acting_as(cast.administrator):
        appointment_end(viewer=cast.administrator, appointment_id=held.pk, at=AT, reason="调离")
    assert begin(cast.administrator, Organisation.objects.get(kind="AUDIT"), Role.AUDITOR, user=user)


def test_a_role_that_the_organisation_does_not_have_is_refused(cast: Cast) -> None:
    with pytest.raises(AppointmentRefused, match="没有“预警员”"):
        begin(cast.administrator, centre(cast), Role.OFFICER)


def test_areas_outside_the_organisation_are_refused(cast: Cast) -> None:
    organisation = Organisation.objects.get(pk=cast.township.organisation_id)
    with pytest.raises(AppointmentRefused, match="不在"):
        begin(cast.administrator, organisation, Role.CLERK, area_ids=[cast.places.sibling_town_village.pk])


def test_adjoining_areas_count_as_one_range(cast: Cast) -> None:
    made = begin(cast.administrator, centre(cast), area_ids=[cast.places.town.pk, cast.places.sibling_town.pk])
    assert made.slot_ranges() == ((130529101000, 130529102999),)


def test_more_than_eight_separate_areas_are_refused(cast: Cast) -> None:
    villages = [area_make(130529101201 + number, f"试验{number}村") for number in range(0, 18, 2)]
    with pytest.raises(Exception, match="最多管 8 个"):
        begin(cast.administrator, centre(cast), area_ids=[village.pk for village in villages])


def test_an_ended_appointment_ends_access_with_the_next_request(real_cast: Cast) -> None:
    cast = real_cast
    client = sign_in(Client(), cast.township)
    assert client.get("/people/switch/").status_code == 200
    with acting_as(cast.administrator):
        appointment_end(
            viewer=cast.administrator, appointment_id=cast.township.appointment_id or 0, at=AT, reason="调离"
        )
    assert client.get("/people/switch/").status_code == 403
    assert not appointments_in_force(user_id=cast.township.user_id or 0, on=ON).exists()


def test_open_work_needs_a_successor_and_goes_to_her(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    work = {cast.township.appointment_id: 3}

    def move(old: int, new: int, at: datetime) -> int:
        work[new] = work.pop(old, 0)
        return work[new]

    monkeypatch.setattr(handover, "_HOLDERS", {})
    work_holder_register(key="test", holder=WorkHolder("草稿", lambda appointment: work.get(appointment, 0), move))
    leaving = cast.township.appointment_id or 0
    organisation = Organisation.objects.get(pk=cast.township.organisation_id)
    with acting_as(cast.administrator):
        with pytest.raises(SuccessorNeeded, match="草稿 3 件"):
            appointment_end(viewer=cast.administrator, appointment_id=leaving, at=AT, reason="调离")
        with pytest.raises(AppointmentRefused, match="同一个机构"):
            appointment_end(
                viewer=cast.administrator,
                appointment_id=leaving,
                at=AT,
                reason="调离",
                successor_id=cast.sibling_township.appointment_id,
            )
        follower = begin(cast.administrator, organisation)
        moved = appointment_end(
            viewer=cast.administrator, appointment_id=leaving, at=AT, reason="调离", successor_id=follower.pk
        )
    assert (moved, work) == ({"草稿": 3}, {follower.pk: 3})
    assert Appointment.objects.get(pk=leaving).successor == follower


def test_nobody_ends_the_appointment_she_acts_under(cast: Cast) -> None:
    mine = cast.administrator.appointment_id or 0
    with acting_as(cast.administrator), pytest.raises(AppointmentRefused, match="自己正在用"):
        appointment_end(viewer=cast.administrator, appointment_id=mine, at=AT, reason="")


def test_an_organisation_with_people_is_not_closed(cast: Cast) -> None:
    with acting_as(cast.administrator), pytest.raises(OrganisationRefused, match="还有人"):
        organisation_close(viewer=cast.administrator, organisation_id=centre(cast).pk, at=AT)


def test_a_user_switches_between_her_appointments(cast: Cast) -> None:
    organisation = organisation_make(Kind.TOWNSHIP, cast.places.sibling_town)
    user = Appointment.objects.get(pk=cast.township.appointment_id).user
    second = appointment_make(user, organisation, Role.CLERK)
    client = sign_in(Client(), cast.township)
    response = client.post("/people/switch/", {"appointment": second.pk, "next": "https://example.org/"})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/people/switch/").context["viewer"].organisation_id == organisation.pk
    assert client.post("/people/switch/", {"appointment": cast.county.appointment_id}).status_code == 404


def test_nobody_appoints_herself(cast: Cast) -> None:
    mine = Appointment.objects.get(pk=cast.administrator.appointment_id).user
    with pytest.raises(AppointmentRefused, match="不能任命自己"):
        begin(cast.administrator, centre(cast), user=mine)
