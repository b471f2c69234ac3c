"""A deputy does the desk of an absent person for some days, in her own name, and never where two people are needed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import Walk, case_make, second_clerk
from tests.factories.cast import Cast, sign_in
from tests.factories.people import viewer_make

from shouwang.audit.models import Entry
from shouwang.casework.errors import OwnWork
from shouwang.casework.models import CaseEvent
from shouwang.casework.selectors import cases_waiting
from shouwang.casework.services import case_review
from shouwang.casework.services.recusing import recusal_declare
from shouwang.people.access import NOBODY, SYSTEM, Kind, Role, Viewer, acting_as, viewer_for
from shouwang.people.models import Appointment
from shouwang.people.selectors import appointment_by_id
from shouwang.people.services import appointment_end, open_work
from shouwang.people.services.appointments import AppointmentRefused, IncompatibleRoles, SuccessorNeeded
from shouwang.people.services.deputies import deputy_end, deputy_name
from shouwang.people.services.organisations import NotAdministrator

pytestmark = pytest.mark.django_db(transaction=True)


def days(start: int = 0, length: int = 5) -> dict[str, object]:
    today = timezone.localdate()
    return {"valid_from": today + timedelta(days=start), "until": today + timedelta(days=start + length - 1)}


def name(cast: Cast, absent: Viewer, deputy: Viewer, *, by: Viewer | None = None, **more: object) -> Appointment:
    viewer = by or absent
    with acting_as(viewer):
        return deputy_name(
            viewer=viewer, appointment_id=absent.appointment_id or 0, user_id=deputy.user_id or 0, reason="休假",
            at=timezone.now(), **(days() | more),  # type: ignore[arg-type]
        )  # fmt: skip


def acting(made: Appointment, *, on_day: int = 0) -> Viewer:
    found = appointment_by_id(made.pk)
    assert found is not None
    return viewer_for(found, on=timezone.localdate() + timedelta(days=on_day))


@pytest.fixture
def other_leader(cast: Cast) -> Viewer:
    """A clerk of the leading group, who may do its leader's desk."""
    return viewer_make(
        Kind.LEADING_GROUP, Role.CLERK, cast.places.county, name="代理人", organisation_name="巨鹿县防贫领导小组"
    )


def test_a_deputy_sees_and_does_the_desk_in_her_own_name_for_those_days(cast: Cast, other_leader: Viewer) -> None:
    walk = case_make(cast, upto="decide")
    deputy = acting(name(cast, cast.leader, other_leader))
    assert (deputy.user_id, deputy.role, deputy.kind) == (other_leader.user_id, Role.LEADER, Kind.LEADING_GROUP)
    assert deputy.ranges == cast.leader.ranges and deputy.name == "代理人（代刘志远）"
    with acting_as(deputy):
        assert cases_waiting(deputy).filter(pk=walk.case_id).exists()
    walk.approver = deputy
    walk.decide()
    with acting_as(SYSTEM):
        event = CaseEvent.objects.filter(case_id=walk.case_id, what="DECIDED").latest("pk")
    assert event.actor == "巨鹿县防贫领导小组 代理人（代刘志远）" and event.user_id == other_leader.user_id


@pytest.mark.parametrize(("day", "acts"), [(0, False), (1, True), (5, True), (6, False)])
def test_it_begins_and_ends_with_its_days(cast: Cast, other_leader: Viewer, day: int, acts: bool) -> None:
    made = name(cast, cast.leader, other_leader, **days(start=1))
    assert (acting(made, on_day=day) is not NOBODY) is acts


def two_centres(cast: Cast) -> tuple[Viewer, Walk, Viewer]:
    """An absent clerk of the county centre, a case that waits for its review, and her deputy of another office."""
    walk = case_make(cast, upto="review")
    leader = viewer_make(
        Kind.COUNTY_CENTRE, Role.LEADER, cast.places.county, name="中心主任", organisation_name="巨鹿县防贫中心"
    )
    return cast.county, walk, acting(name(cast, cast.county, leader))


def review(walk: Walk, viewer: Viewer) -> None:
    with acting_as(viewer):
        case_review(
            viewer=viewer, case_id=walk.case_id, version=walk.version, conforms=True, reason="属实", at=walk.at
        )  # fmt: skip


def test_what_the_absent_one_did_herself_her_deputy_may_not_approve(cast: Cast) -> None:
    absent, walk, deputy = two_centres(cast)
    with acting_as(SYSTEM):
        case = walk.case
        case.barred_user_ids = [absent.user_id]
        case.save(update_fields=["barred_user_ids"])
    with acting_as(deputy):
        assert not cases_waiting(deputy).filter(pk=walk.case_id).exists()
    with pytest.raises(OwnWork):
        review(walk, deputy)
    review(walk, second_clerk(cast))


def test_what_the_deputy_did_herself_she_may_not_approve_either(cast: Cast) -> None:
    _, walk, deputy = two_centres(cast)
    with acting_as(SYSTEM):
        case = walk.case
        case.barred_user_ids = [deputy.user_id]
        case.save(update_fields=["barred_user_ids"])
    with pytest.raises(OwnWork):
        review(walk, deputy)


def test_who_steps_aside_leaves_the_household_to_her_deputy(cast: Cast) -> None:
    absent, walk, deputy = two_centres(cast)
    with acting_as(absent):
        recusal_declare(viewer=absent, case_id=walk.case_id, relation="KIN", at=walk.at)
    with acting_as(deputy):
        assert cases_waiting(deputy).filter(pk=walk.case_id).exists()
    review(walk, deputy)


def test_what_is_refused(cast: Cast, other_leader: Viewer) -> None:
    today = timezone.localdate()
    for more in (
        {"valid_from": today - timedelta(days=1)},
        {"until": today - timedelta(days=1)},
        {"until": today + timedelta(days=366)},
    ):
        with pytest.raises(AppointmentRefused):
            name(cast, cast.leader, other_leader, **more)
    for stranger in (cast.neighbour, cast.medical, cast.leader, cast.county):
        with pytest.raises(AppointmentRefused):
            name(cast, cast.leader, stranger)
    with pytest.raises(AppointmentRefused):  # she does the same desk anyway
        name(cast, cast.county, second_clerk(cast))
    with pytest.raises(AppointmentRefused):
        name(cast, cast.auditor, other_leader)
    with pytest.raises(NotAdministrator):
        name(cast, cast.leader, other_leader, by=cast.county)
    made = name(cast, cast.leader, other_leader)
    third = viewer_make(
        Kind.LEADING_GROUP, Role.CLERK, cast.places.county, name="第三人", organisation_name="巨鹿县防贫领导小组"
    )
    with pytest.raises(AppointmentRefused):  # one at a time
        name(cast, cast.leader, third)
    name(cast, cast.leader, third, **days(start=5))  # the day after is free
    deputy = acting(made)
    with pytest.raises(AppointmentRefused), acting_as(deputy):  # what is deputised is not passed on
        deputy_name(
            viewer=deputy, appointment_id=made.pk, user_id=third.user_id or 0, reason="休假", at=timezone.now(),
            **days(),  # type: ignore[arg-type]
        )  # fmt: skip


def test_roles_that_must_be_two_people_stay_two(cast: Cast) -> None:
    clerk = viewer_make(
        Kind.LEADING_GROUP, Role.CLERK, cast.places.county, name="兼职", organisation_name="巨鹿县防贫领导小组"
    )
    audit = Appointment.objects.get(pk=cast.auditor.appointment_id)
    Appointment.objects.create(
        user_id=clerk.user_id or 0, organisation_id=audit.organisation_id, role=Role.AUDITOR,
        valid_from=timezone.localdate(),
    )  # fmt: skip
    with pytest.raises(IncompatibleRoles):
        name(cast, cast.leader, clerk)


def test_an_administrator_names_one_for_who_is_away_and_anybody_concerned_ends_it(
    cast: Cast, other_leader: Viewer
) -> None:
    for ender in (cast.administrator, cast.leader, other_leader):
        made = name(cast, cast.leader, other_leader, by=cast.administrator)
        with acting_as(cast.neighbour), pytest.raises(NotAdministrator):
            deputy_end(viewer=cast.neighbour, appointment_id=made.pk, at=timezone.now())
        with acting_as(ender):
            deputy_end(viewer=ender, appointment_id=made.pk, at=timezone.now())
        assert acting(made) is NOBODY
    with acting_as(SYSTEM):
        assert Entry.objects.filter(action="deputy.begin").count() == Entry.objects.filter(action="deputy.end").count()


def test_a_deputy_is_no_successor_and_goes_with_whom_she_deputises(cast: Cast) -> None:
    case_make(cast, upto="check")
    absent = cast.township
    made = name(cast, absent, cast.sibling_township)
    assert acting(made) is not NOBODY and open_work(absent.appointment_id or 0) == {"案件": 1}
    leaving = {"appointment_id": absent.appointment_id or 0, "at": timezone.now(), "reason": "调离"}
    with acting_as(cast.administrator), pytest.raises(SuccessorNeeded):
        appointment_end(viewer=cast.administrator, **leaving)  # type: ignore[arg-type]
    after = viewer_make(
        Kind.TOWNSHIP, Role.CLERK, cast.places.town, name="接任", organisation_name=absent.organisation_name
    )
    with acting_as(cast.administrator):
        appointment_end(
            viewer=cast.administrator, successor_id=after.appointment_id, **leaving,  # type: ignore[arg-type]
        )  # fmt: skip
    assert acting(made) is NOBODY


def test_the_pages_name_switch_and_end(client: Client, cast: Cast, other_leader: Viewer) -> None:
    address = reverse("people:deputy")
    text = sign_in(client, cast.leader).get(address).content.decode()
    assert "代理人" in text and "冯明鉴" not in text
    given = {key: str(value) for key, value in days().items()} | {"user_id": other_leader.user_id, "reason": "休假"}
    assert client.post(address, given | {"reason": ""}).status_code == 422
    assert client.post(address, given).status_code == 302
    assert "结束代理" in client.get(address).content.decode()
    made = Appointment.objects.get(deputy_for=cast.leader.appointment_id)
    other = sign_in(Client(), other_leader)
    assert "代刘志远" in other.get(reverse("people:switch")).content.decode()
    other.post(reverse("people:switch"), {"appointment": made.pk})
    assert "代理人（代刘志远）" in other.get(reverse("desks:desk")).content.decode()
    assert "不能再转给别人代理" in other.get(address).content.decode()
    assert other.post(reverse("people:deputy_end", args=[made.pk])).status_code == 302
    assert other.get(reverse("desks:desk")).status_code == 200  # back at her own desk


def test_who_has_the_same_post_needs_no_deputy_and_the_page_says_so(client: Client, cast: Cast) -> None:
    page = sign_in(client, cast.county).get(reverse("people:deputy")).content.decode()
    assert "没有别人能代理" in page
    second_clerk(cast)
    page = client.get(reverse("people:deputy")).content.decode()
    assert "张复核是同一个岗位" in page and "没有别人能代理" not in page
