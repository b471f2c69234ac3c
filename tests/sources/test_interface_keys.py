"""Keys of departments: who makes them, what they open, and how they end."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.cast import Cast, sign_in
from tests.factories.people import viewer_make
from tests.factories.sources import key_make

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, Kind, Role, acting_as
from shouwang.people.models import Appointment
from shouwang.sources.models import InterfaceKey
from shouwang.sources.services import KeyRefused, MayNotMakeKeys, TooManyCalls, interface_key_make, interface_key_open
from shouwang.sources.services.interface_keys import KeyNotFound, QuotaSpent, interface_key_revoke, interface_key_spend

pytestmark = pytest.mark.django_db
LISTING = "sources:interface_keys"


def test_the_text_of_a_key_stands_nowhere_and_its_digest_opens_it(cast: Cast) -> None:
    key, token = key_make(cast, cast.medical)
    assert re.fullmatch(r"swk_[\w-]{43}", token)
    with acting_as(SYSTEM):
        row = InterfaceKey.objects.filter(pk=key.pk).values().get()
        entry = Entry.objects.get(action="interface_key.make")
    assert token not in str(row) and token not in str(vars(entry))
    keyed = interface_key_open(token=token, at=timezone.now())
    assert keyed is not None and (keyed.key_id, keyed.viewer.organisation_id) == (key.pk, cast.medical.organisation_id)
    assert keyed.viewer.label == "巨鹿县医疗保障局 何医保（接口：结算系统）"


@pytest.mark.parametrize(("days", "is_open"), [(179, True), (180, False)], ids=["the last day", "its end"])
def test_a_key_ends_on_its_day(cast: Cast, days: int, is_open: bool) -> None:
    at = timezone.now()
    _, token = key_make(cast, cast.medical, at=at, days=180)
    assert (interface_key_open(token=token, at=at + timedelta(days=days)) is not None) is is_open


def test_a_wrong_key_a_revoked_one_and_one_whose_holder_left_open_nothing(cast: Cast) -> None:
    key, token = key_make(cast, cast.medical)
    assert interface_key_open(token=token[:-1] + ("a" if token[-1] != "a" else "b"), at=timezone.now()) is None
    Appointment.objects.filter(pk=cast.medical.appointment_id).update(ended_at=timezone.now())
    assert interface_key_open(token=token, at=timezone.now()) is None
    Appointment.objects.filter(pk=cast.medical.appointment_id).update(ended_at=None)
    assert interface_key_open(token=token, at=timezone.now()) is not None
    with acting_as(cast.county):
        interface_key_revoke(viewer=cast.county, key_id=key.pk, at=timezone.now(), reason="对接人离职")
        interface_key_revoke(viewer=cast.county, key_id=key.pk, at=timezone.now(), reason="再来一次")
    assert interface_key_open(token=token, at=timezone.now()) is None
    with acting_as(SYSTEM):
        assert Entry.objects.get(action="interface_key.revoke").purpose == "对接人离职"


def test_only_the_county_centre_makes_keys_and_only_for_its_own_departments(cast: Cast) -> None:
    said: dict[str, Any] = {
        "organisation_id": cast.medical.organisation_id, "appointment_id": cast.medical.appointment_id, "label": "系统",
        "kinds": ["inpatient"], "may_report": False, "area_id": None, "rows_a_day": 1, "calls_a_minute": 1, "days": 1,
        "at": timezone.now(),
    }  # fmt: skip
    for viewer in (cast.medical, cast.administrator, cast.township, cast.leader, cast.neighbour, cast.city):
        with acting_as(viewer), pytest.raises(MayNotMakeKeys):
            interface_key_make(viewer=viewer, **said)
    with acting_as(cast.county), pytest.raises(MayNotMakeKeys):
        interface_key_make(viewer=cast.county, **said | {"organisation_id": cast.insurer.organisation_id})
    with acting_as(cast.county):
        interface_key_make(viewer=cast.county, **said)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kinds": ["allowance"]}, "不提供"),
        ({"kinds": [], "may_report": False}, "至少选一种"),
        ({"label": "  "}, "哪个系统"),
        ({"days": 367}, "有效期"),
        ({"days": 0}, "有效期"),
        ({"rows_a_day": 1_000_001}, "有效期"),
        ({"calls_a_minute": 0}, "有效期"),
        ({"appointment_id": 0}, "在任"),
    ],
)
def test_a_scope_that_the_department_does_not_have_is_refused(cast: Cast, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(KeyRefused, match=words):
        key_make(cast, cast.medical, **changes)


def test_somebody_of_another_department_cannot_answer_for_a_key(cast: Cast) -> None:
    with pytest.raises(KeyRefused, match="在任"):
        key_make(cast, cast.medical, appointment_id=cast.civil.appointment_id)


def test_a_key_is_narrowed_to_a_place_inside_its_holders_area_only(cast: Cast) -> None:
    _, token = key_make(cast, cast.medical, area_id=cast.places.town.pk)
    keyed = interface_key_open(token=token, at=timezone.now())
    assert keyed is not None and keyed.ranges == ((cast.places.town.lo, cast.places.town.hi),)
    with pytest.raises(KeyRefused, match="限定的地方"):
        key_make(cast, cast.medical, area_id=cast.places.neighbour_town.pk)


def test_rows_count_a_day_and_calls_a_minute_from_both_sides(cast: Cast) -> None:
    at = timezone.now().replace(second=5)
    _, token = key_make(cast, cast.medical, rows_a_day=10, calls_a_minute=2, at=at)
    keyed = interface_key_open(token=token, at=at)
    assert keyed is not None and keyed.rows_left == 10
    interface_key_spend(keyed=keyed, rows=9, at=at)
    with pytest.raises(QuotaSpent):
        interface_key_spend(keyed=keyed, rows=2, at=at)
    interface_key_spend(keyed=keyed, rows=1, at=at)
    with pytest.raises(QuotaSpent):
        interface_key_spend(keyed=keyed, rows=1, at=at)
    interface_key_spend(keyed=keyed, rows=10, at=at + timedelta(days=1))
    assert interface_key_open(token=token, at=at) is not None
    with pytest.raises(TooManyCalls):
        interface_key_open(token=token, at=at)
    assert interface_key_open(token=token, at=at + timedelta(minutes=1)) is not None


def test_the_wall_shows_a_key_to_its_county_its_department_and_the_operators(real_cast: Cast) -> None:
    cast = real_cast
    key, _ = key_make(cast, cast.medical)
    seen = {}
    for name, viewer in cast.members().items():
        with acting_as(viewer):
            seen[name] = InterfaceKey.objects.filter(pk=key.pk).exists()
    assert {name for name, found in seen.items() if found} == {"county", "medical", "administrator", "security"}
    with acting_as(cast.neighbour), pytest.raises(KeyNotFound):
        interface_key_revoke(viewer=cast.neighbour, key_id=key.pk, at=timezone.now(), reason="不是我的")


def test_the_clerk_makes_a_key_reads_it_once_and_revokes_it(cast: Cast, client: Client) -> None:
    sign_in(client, cast.county)
    assert cast.medical.organisation_name in client.get(reverse(LISTING)).content.decode()
    form = reverse("sources:interface_key_make", args=[cast.medical.organisation_id])
    assert "住院" in client.get(form).content.decode()
    said = {
        "label": "结算系统", "appointment_id": cast.medical.appointment_id, "kinds": ["inpatient"], "area_id": "",
        "rows_a_day": 100, "calls_a_minute": 60, "days": 30,
    }  # fmt: skip
    made = client.post(form, said)
    found = re.search(r'value="(swk_[\w-]+)"', made.content.decode())
    assert found and made["Cache-Control"].startswith("max-age=0")
    keyed = interface_key_open(token=found[1], at=timezone.now())
    assert keyed is not None and (keyed.kinds, keyed.may_report) == (("inpatient",), False)
    listed = client.get(reverse(LISTING)).content.decode()
    assert "结算系统" in listed and found[1] not in listed
    revoke = reverse("sources:interface_key_revoke", args=[keyed.key_id])
    assert "马上不能再送" in client.get(revoke).content.decode()
    assert client.post(revoke, {}).status_code == 422
    assert client.post(revoke, {"reason": "对接人离职"}).status_code == 302
    assert interface_key_open(token=found[1], at=timezone.now()) is None
    assert "对接人离职" in client.get(reverse(LISTING)).content.decode()


def test_a_form_with_faults_says_so_and_makes_nothing(cast: Cast, client: Client) -> None:
    form = reverse("sources:interface_key_make", args=[cast.medical.organisation_id])
    answer = sign_in(client, cast.county).post(
        form, {"label": "x", "appointment_id": cast.civil.appointment_id, "rows_a_day": 0}
    )
    assert answer.status_code == 422
    with acting_as(SYSTEM):
        assert not InterfaceKey.objects.exists()
    Appointment.objects.filter(organisation_id=cast.medical.organisation_id).update(ended_at=timezone.now())
    empty = client.get(form).content.decode()
    assert "还没有人能负责" in empty and 'name="label"' not in empty


def test_a_department_without_tables_may_still_send_clues(cast: Cast, client: Client) -> None:
    letters = viewer_make(
        Kind.DEPARTMENT, Role.CLERK, cast.places.county, department="letters", name="信访甲",
        organisation_name="巨鹿县信访局",
    )  # fmt: skip
    form = reverse("sources:interface_key_make", args=[letters.organisation_id])
    page = sign_in(client, cast.county).get(form).content.decode()
    assert "能送哪些数据表" not in page and "也能送线索" in page
    said = {"label": "信访系统", "appointment_id": letters.appointment_id, "may_report": "on", "rows_a_day": 9,
            "calls_a_minute": 9, "days": 9}  # fmt: skip
    assert "swk_" in client.post(form, said).content.decode()


def test_a_viewer_without_an_office_of_its_own_sees_no_key(cast: Cast) -> None:
    key_make(cast, cast.medical)
    with acting_as(replace(cast.medical, organisation_id=None)):
        assert not InterfaceKey.objects.exists()
