"""Hotline and village groups: taken down on one page, a number for the caller that only staff can use."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, identifier_make, resident_id_make
from tests.factories.sources import call_make

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Person
from shouwang.sources.models import Call, Clue
from shouwang.sources.rules.call_number import CallNumberWrong
from shouwang.sources.selectors import ClueNotFound
from shouwang.sources.services import MayNotReport, PhoneUnreadable, ReportKeyReused, call_look_up, call_phone_show

ID = resident_id_make(date(1970, 5, 20))
PHONE = "13812345678"
NUMBER = re.compile(r'sw-told-number">([\d ]+)<')


@pytest.fixture
def home(cast: Cast) -> int:
    made = household_make(cast.slot, head="张胜坤", resident_id=ID).pk
    with acting_as(SYSTEM):
        head = Person.objects.get(memberships__household_id=made)
    identifier_make(head, "PHONE", "13912345678")
    return made


def page_said(client: Client, **changes: Any) -> dict[str, Any]:
    page = client.get(reverse("sources:calls")).content.decode()
    (key,) = re.findall(r'name="key" value="([^"]+)"', page)
    said = {
        "key": key, "channel": "HOTLINE", "household": "zsk", "cause": "ILLNESS", "summary": "老人住院没有钱交",
        "occurred_on": timezone.localdate().isoformat(), "tie": "SELF", "caller": "", "phone": "",
    }  # fmt: skip
    return said | changes


def clues() -> list[Clue]:
    with acting_as(SYSTEM):
        return list(Clue.objects.order_by("pk").select_related("call"))


@pytest.mark.parametrize("typed", ["张胜坤", "张", "zsk", ID, "13912345678"])
def test_a_call_is_taken_without_script_by_whatever_was_typed(
    client: Client, cast: Cast, home: int, typed: str
) -> None:
    sign_in(client, cast.county)
    said = page_said(client, household=typed, tie="NEIGHBOUR", caller="李四", phone=PHONE, is_urgent="on")
    page = client.post(reverse("sources:calls"), said)
    assert page.status_code == 200
    assert NUMBER.search(page.content.decode())
    (clue,) = clues()
    assert (clue.household_id, clue.channel, clue.cause) == (home, "HOTLINE", "ILLNESS")
    assert clue.reporter_label == cast.county.label
    assert (clue.call.tie, clue.call.caller, clue.call.is_urgent) == ("NEIGHBOUR", "李四", True)


def test_a_form_sent_twice_is_one_clue_and_one_number(client: Client, cast: Cast, home: int) -> None:
    sign_in(client, cast.county)
    said = page_said(client)
    first, second = (client.post(reverse("sources:calls"), said).content.decode() for _ in range(2))
    assert NUMBER.findall(first) == NUMBER.findall(second)
    assert len(clues()) == 1
    with acting_as(SYSTEM):
        assert Call.objects.count() == 1
        assert Entry.objects.filter(action="clue.call").count() == 1
    other = client.post(reverse("sources:calls"), said | {"summary": "别的事"})
    assert other.status_code == 409
    assert ReportKeyReused.sentence in other.content.decode()


def test_several_households_are_offered_and_nothing_typed_is_lost(client: Client, cast: Cast) -> None:
    homes = [household_make(cast.slot, head=head).pk for head in ("王大山", "王大水")]
    sign_in(client, cast.county)
    said = page_said(client, household="wd")
    page = client.post(reverse("sources:calls"), said)
    text = page.content.decode()
    assert page.status_code == 422
    assert "不止一户" in text
    assert all(f'value="@{home}"' in text for home in homes)
    assert "老人住院没有钱交" in text
    assert client.post(reverse("sources:calls"), said | {"household": f"@{homes[1]}"}).status_code == 200
    assert [clue.household_id for clue in clues()] == [homes[1]]


def test_a_caller_who_is_not_registered_is_a_person_to_be_clarified(client: Client, cast: Cast) -> None:
    sign_in(client, cast.county)
    said = page_said(client, household="", person_name="赵无名", village="", person_note="")
    for missing, word in (({}, "哪个村"), ({"village": str(cast.slot)}, "怎么找到")):
        page = client.post(reverse("sources:calls"), said | missing)
        assert page.status_code == 422
        assert word in page.content.decode()
    assert clues() == []
    whole = said | {"village": str(cast.slot), "person_note": "村东头小学后面"}
    assert client.post(reverse("sources:calls"), whole).status_code == 200
    (clue,) = clues()
    assert (clue.household_id, clue.person_name, clue.slot) == (None, "赵无名", cast.slot)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"household": "查无此人"}, "没有找到这一户"),
        ({"household": ""}, "请写是哪一户"),
        ({"cause": ""}, "请选一个原因"),
        ({"summary": ""}, "请记一两句"),
        ({"summary": f"电话 {PHONE}"}, "身份证号"),
        ({"phone": "打不通"}, "回电号码看不懂"),
        ({"occurred_on": f"{timezone.localdate() + timedelta(days=1)}"}, "还没有到"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    client: Client, cast: Cast, home: int, changes: dict[str, str], word: str
) -> None:
    sign_in(client, cast.county)
    page = client.post(reverse("sources:calls"), page_said(client, **changes))
    assert page.status_code == 422
    assert word in page.content.decode()
    assert clues() == []


def test_a_key_that_happens_to_look_like_a_phone_number_is_no_fault(client: Client, cast: Cast, home: int) -> None:
    sign_in(client, cast.county)
    said = page_said(client, key=f"ab{PHONE}cdef")
    assert client.post(reverse("sources:calls"), said).status_code == 200


def test_a_household_elsewhere_cannot_be_chosen_by_hand(client: Client, cast: Cast) -> None:
    far = household_make(cast.neighbour_slot, head="张远").pk
    sign_in(client, cast.county)
    assert client.post(reverse("sources:calls"), page_said(client, household=f"@{far}")).status_code == 404
    assert client.post(reverse("sources:calls"), page_said(client, household="张远")).status_code == 422
    assert clues() == []


def test_suggestions_come_by_post_and_only_from_ones_own_area(client: Client, cast: Cast, home: int) -> None:
    household_make(cast.neighbour_slot, head="张胜坤")
    sign_in(client, cast.county)
    for typed in ("zsk", ID, "13912345678"):
        page = client.post(reverse("sources:call_households"), {"q": typed}).content.decode()
        assert re.findall(r'data-value="@(\d+)"', page) == [str(home)], typed
    assert client.get(reverse("sources:call_households"), {"q": "zsk"}).status_code == 405


def test_the_number_finds_the_clue_for_staff_of_the_area_and_each_time_is_logged(cast: Cast, home: int) -> None:
    taken = call_make(cast.county, home)
    for viewer in (cast.county, cast.township):
        with acting_as(viewer):
            assert call_look_up(viewer=viewer, text=taken.number, at=timezone.now()).pk == taken.clue.pk
    for viewer in (cast.neighbour, cast.sibling_township, cast.officer, cast.medical):
        with acting_as(viewer), pytest.raises(ClueNotFound):
            call_look_up(viewer=viewer, text=taken.number, at=timezone.now())
    with acting_as(cast.county), pytest.raises(CallNumberWrong):
        call_look_up(viewer=cast.county, text="123", at=timezone.now())
    with acting_as(SYSTEM):
        assert Entry.objects.filter(action="clue.look_up", subject_id=taken.clue.pk).count() == 2


def test_the_number_stands_nowhere(cast: Cast, home: int) -> None:
    taken = call_make(cast.county, home)
    with acting_as(SYSTEM):
        call = Call.objects.get()
        entries = [str(entry.__dict__) for entry in Entry.objects.all()]
    assert taken.number.encode() not in bytes(call.number_blind)
    assert not any(taken.number in text or PHONE in text for text in [*entries, str(taken.clue.__dict__)])


def test_the_number_page_answers_in_one_sentence(client: Client, cast: Cast, home: int) -> None:
    taken = call_make(cast.county, home)
    sign_in(client, cast.township)
    url = reverse("sources:call_find")
    assert "张胜坤" in client.post(url, {"number": taken.number}).content.decode()
    assert CallNumberWrong.sentence in client.post(url, {"number": "111 111 111"}).content.decode()
    assert "没有找到这个号码" in client.post(url, {"number": "000000000"}).content.decode()


def test_who_reads_the_number_to_call_back_is_logged(cast: Cast, home: int) -> None:
    taken = call_make(cast.county, home, phone=PHONE)
    with acting_as(cast.county):
        assert call_phone_show(viewer=cast.county, clue_id=taken.clue.pk, at=timezone.now()) == PHONE
    with acting_as(cast.officer), pytest.raises(ClueNotFound):
        call_phone_show(viewer=cast.officer, clue_id=taken.clue.pk, at=timezone.now())
    with acting_as(SYSTEM):
        assert Entry.objects.filter(action="clue.show", purpose="回电").count() == 1


def test_others_take_no_calls(cast: Cast, home: int) -> None:
    for viewer in (cast.officer, cast.leader, cast.medical):
        with pytest.raises(MayNotReport):
            call_make(viewer, home)
    with pytest.raises(PhoneUnreadable):
        call_make(cast.county, home, phone="123")
