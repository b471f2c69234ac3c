"""我要申请: from the province to the receipt, and behind the wall to the clue, matched or not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import workflow_ready
from tests.factories.cast import Cast
from tests.factories.public import PIN, applied, receipt_in, said_make, status_page, taken
from tests.factories.register import household_make, resident_id_make

from shouwang.audit.models import Entry
from shouwang.people.access import NOBODY, SYSTEM, acting_as
from shouwang.public.models import Application, Attempt, Petition, Receipt
from shouwang.public.services import limits
from shouwang.public.services.collecting import attempts_sweep, contact_of
from shouwang.sources.models import Clue

pytestmark = pytest.mark.django_db(transaction=True)


def form_address(cast: Cast) -> str:
    return reverse("public:apply_form", args=[f"{cast.slot:012d}"])


def test_the_village_is_chosen_step_by_step_and_a_step_with_one_answer_is_not_asked(cast: Cast, client: Client) -> None:
    page = client.get(reverse("public:apply")).content.decode()
    assert "哪个县（市、区）" in page and cast.places.neighbour_county.name in page and "哪个省" not in page
    page = client.get(reverse("public:apply"), {"in": f"{cast.places.county.lo:012d}"}).content.decode()
    assert "哪个乡镇" in page and cast.places.town.name in page
    page = client.get(reverse("public:apply"), {"in": f"{cast.places.town.lo:012d}"}).content.decode()
    assert "哪个村" in page and "大寨村" in page
    response = client.get(reverse("public:apply"), {"in": f"{cast.slot:012d}"})
    assert response["Location"] == form_address(cast)
    for nowhere in ("110000000000", "x", "999999999999"):
        assert client.get(reverse("public:apply"), {"in": nowhere}).status_code == 404
    assert client.get(reverse("public:apply_form", args=[f"{cast.places.town.lo:012d}"])).status_code == 404


def test_an_application_becomes_a_clue_of_its_village_through_the_channel_own_application(
    cast: Cast, client: Client
) -> None:
    applied(client, cast, phone="13800138000", home="小学后面", by="NEIGHBOUR", applicant="王二")
    with acting_as(SYSTEM):
        assert not Clue.objects.exists()
    assert taken() == 1 and taken() == 0
    with acting_as(cast.officer):
        clue = Clue.objects.get()
        application = Application.objects.get()
        contact = contact_of(application)
    assert (clue.channel, clue.slot, clue.household_id, clue.person_name) == ("APPLICATION", cast.slot, None, "李老根")
    assert "13800138000" not in f"{clue.person_note}{clue.summary}{clue.details}"
    assert (application.clue_id, contact.phone, contact.applicant) == (clue.pk, "13800138000", "王二")
    assert b"13800138000" not in bytes(application.sealed)
    for stranger in (cast.neighbour, cast.sibling_officer, cast.medical):
        with acting_as(stranger):
            assert not Application.objects.exists() and not Receipt.objects.exists()


def test_a_registered_person_is_found_by_id_and_like_name_within_the_county_only(cast: Cast, client: Client) -> None:
    here, elsewhere, other = (resident_id_make() for _ in range(3))
    home = household_make(cast.slot, head="李老根", resident_id=here)
    household_make(cast.neighbour_slot, head="李老根", resident_id=elsewhere)
    household_make(cast.slot, head="赵某某", resident_id=other)
    pages = []
    for number in (here, elsewhere, other, resident_id_make(), ""):
        page = client.post(form_address(cast), said_make(resident_id=number)).content.decode()
        pages.append(page.replace(" ".join(receipt_in(page)[at : at + 3] for at in range(0, 21, 3)), "RECEIPT"))
    assert len(set(pages)) == 1, "the page tells who is registered"
    taken()
    with acting_as(SYSTEM):
        found = list(Clue.objects.order_by("pk").values_list("household_id", flat=True))
    assert found == [home.pk, None, None, None, None]


def test_the_same_form_again_has_the_same_receipt_and_is_one_application(cast: Cast, client: Client) -> None:
    said = said_make()
    first = applied(client, cast, **said)
    assert applied(client, cast, **said) == first
    response = client.post(form_address(cast), {**said, "summary": "另一件事"})
    assert response.status_code == 409 and "内容和这次的不一样" in response.content.decode()
    with acting_as(SYSTEM):
        assert Application.objects.count() == Receipt.objects.count() == 1
        assert Entry.objects.filter(action="application.send").count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "请写名字。"),
        ({"by": "RELATIVE"}, "请写您自己的名字。"),
        ({"resident_id": "130529196001011234"}, "校验位不对"),
        ({"phone": "1380013800"}, "电话号码不对"),
        ({"occurred_on": "2099-01-01"}, "发生日期还没有到"),
        ({"occurred_on": "昨天"}, "大概哪一天的事"),
        ({"summary": "打我电话13800138000"}, "不要写身份证号"),
        ({"cause": "OTHER"}, "请写是什么难处。"),
        ({"pin": "123456", "pin_again": "123456"}, "太容易猜"),
        ({"pin": "519274", "pin_again": "519275"}, "两遍写的密码不一样"),
        ({"pin": "51927", "pin_again": "51927"}, "正好 6 个数字"),
        ({"self_paid": "很多"}, "金额看不懂"),
        ({"summary": "长" * 501}, "说说是怎么回事"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, client: Client, changes: dict[str, Any], sentence: str
) -> None:
    workflow_ready(cast)
    response = client.post(form_address(cast), said_make(**changes))
    page = response.content.decode()
    assert response.status_code == 422 and sentence in page
    assert "老伴住院" in page or "summary" in changes
    assert PIN not in page
    with acting_as(SYSTEM):
        assert not Application.objects.exists()


def test_who_floods_is_slowed_by_address_and_by_village(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow_ready(cast)
    monkeypatch.setitem(limits.LIMITS, "apply_address", (limits.Limit(600, 2),))
    monkeypatch.setitem(limits.LIMITS, "apply_village", (limits.Limit(600, 4),))
    send = lambda address: client.post(form_address(cast), said_make(), REMOTE_ADDR=address).status_code  # noqa: E731
    assert [send("10.0.0.1") for _ in range(3)] == [200, 200, 429]
    assert [send("10.0.0.2") for _ in range(2)] == [200, 200]
    assert send("10.0.0.3") == 429
    with acting_as(SYSTEM):
        assert Application.objects.count() == 4
        assert not any(b"10.0.0" in bytes(attempt.key) for attempt in Attempt.objects.all())
    assert attempts_sweep(at=timezone.now() + timezone.timedelta(days=2)) > 0


def test_without_a_viewer_no_row_of_the_room_is_seen_or_written(cast: Cast, client: Client) -> None:
    applied(client, cast)
    for scope in (NOBODY,):
        with acting_as(scope):
            for model in (Application, Receipt, Petition, Attempt):
                assert not model.objects.exists()
                assert model.objects.update(**{model._meta.pk.name: 10**9}) == 0  # type: ignore[union-attr]
    receipt = applied(client, cast)
    assert "已经收到" in status_page(client, receipt).content.decode()
