from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, resident_id_make
from tests.factories.sources import INPATIENT, import_all, report_make, stay, xlsx

from shouwang.people.access import SYSTEM, acting_as
from shouwang.sources.models import Clue

ID = resident_id_make(date(1970, 5, 20))


@pytest.fixture
def home(cast: Cast) -> int:
    return household_make(cast.slot, head="张胜坤", members=[("李秀兰", "SPOUSE")], resident_id=ID).pk


def fields_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(key|event)" value="([^"]*)"', page))


def said(page: str, **changes: Any) -> dict[str, Any]:
    today = timezone.localdate().isoformat()
    filled = {"cause": "ILLNESS", "person": "", "occurred_on": today, "summary": "查出胃癌", "gross_yuan": "100,000"}
    return {**fields_of(page), **filled, **changes}


def test_an_officer_reports_in_three_taps_and_reads_what_happens_next(client: Client, cast: Cast, home: int) -> None:
    sign_in(client, cast.officer)
    choose = client.get(reverse("sources:report")).content.decode()
    assert "张胜坤" in choose
    form = client.get(reverse("sources:report_household", args=[home])).content.decode()
    assert "已有数据" in form
    assert "李秀兰" in form
    answer = client.post(reverse("sources:report_household", args=[home]), said(form), follow=True)
    assert answer.status_code == 200
    assert "已经收到" in answer.content.decode()
    with acting_as(SYSTEM):
        clue = Clue.objects.get()
    assert (clue.household_id, clue.gross_fen, clue.channel) == (home, 10_000_000, "OFFICER")
    assert clue.details["asked"] > 0
    assert clue.details["known"] > 2
    mine = client.get(reverse("sources:reports_mine")).content.decode()
    assert "张胜坤" in mine


@pytest.mark.parametrize("text", ["张胜坤", "张", "zsk", "ZS"])
def test_a_household_is_found_by_name_and_by_pinyin_initials(client: Client, cast: Cast, home: int, text: str) -> None:
    sign_in(client, cast.officer)
    page = client.get(reverse("sources:report"), {"q": text}).content.decode()
    assert reverse("sources:report_household", args=[home]) in page


def test_sending_twice_leads_to_the_same_clue(client: Client, cast: Cast, home: int) -> None:
    sign_in(client, cast.officer)
    url = reverse("sources:report_household", args=[home])
    body = said(client.get(url).content.decode())
    first, second = client.post(url, body), client.post(url, body)
    assert first["Location"] == second["Location"]
    third = client.post(url, {**body, "gross_yuan": "5"})
    assert third.status_code == 409
    assert "已经提交过" in third.content.decode()
    with acting_as(SYSTEM):
        assert Clue.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"gross_yuan": "-1"}, "负数"),
        ({"gross_yuan": "很多"}, "看不懂"),
        ({"gross_yuan": "999999999999"}, "不合常理"),
        ({"gross_yuan": "10", "self_paid_yuan": "11"}, "超过了总费用"),
        ({"occurred_on": "2099-01-01"}, "还没有到"),
        ({"occurred_on": ""}, "请填发生的日期"),
        ({"cause": ""}, "请选一个原因"),
        ({"summary": ""}, "请写一两句"),
        ({"summary": "电话 13800138000"}, "不要写身份证号"),
        ({"cause": "OTHER"}, "写明是什么原因"),
    ],
)
def test_an_error_stands_beside_its_field_and_nothing_typed_is_lost(
    client: Client, cast: Cast, home: int, changes: dict[str, str], word: str
) -> None:
    sign_in(client, cast.officer)
    url = reverse("sources:report_household", args=[home])
    body = said(client.get(url).content.decode(), income_drop_yuan="1234.56", **changes)
    answer = client.post(url, body)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert word in page
    assert "sw-field-error" in page
    assert "1234.56" in page
    assert body["key"] in page
    with acting_as(SYSTEM):
        assert not Clue.objects.exists()


def test_what_a_department_already_reported_is_not_asked_again(client: Client, cast: Cast, home: int) -> None:
    today = timezone.localdate().isoformat()
    import_all(cast.medical, xlsx([INPATIENT, stay("张胜坤", ID, start=today, end=today)]))
    sign_in(client, cast.officer)
    url = reverse("sources:report_household", args=[home])
    page = client.get(url).content.decode()
    assert "是不是这里面的一件事" in page
    (event,) = re.findall(r"\?event=(\d+)", page)
    form = client.get(url, {"event": event}).content.decode()
    assert 'name="gross_yuan"' not in form
    assert 'name="cause"' not in form
    assert "14,269.13" in form
    answer = client.post(url, {**fields_of(form), "summary": "家里拿不出钱了"})
    assert answer.status_code == 302
    with acting_as(SYSTEM):
        clue = Clue.objects.get()
    assert (clue.cause, clue.gross_fen, clue.reimbursed_fen) == ("ILLNESS", 2_426_913, 1_426_913)
    assert clue.details["spending_id"] == int(event)


def test_somebody_unregistered_is_reported_with_name_and_note(client: Client, cast: Cast) -> None:
    sign_in(client, cast.officer)
    url = reverse("sources:report_unregistered")
    body = said(client.get(url).content.decode(), person_name="李老四", person_note="村东头第二家")
    assert client.post(url, body).status_code == 302
    with acting_as(SYSTEM):
        assert Clue.objects.get().slot == cast.slot


def test_a_clerk_says_through_which_channel_it_came(client: Client, cast: Cast, home: int) -> None:
    sign_in(client, cast.county)
    url = reverse("sources:report_household", args=[home])
    page = client.get(url).content.decode()
    assert "12317 热线" in page
    assert client.post(url, said(page, channel="HOTLINE")).status_code == 302
    with acting_as(SYSTEM):
        assert Clue.objects.get().channel == "HOTLINE"
    listed = client.get(reverse("sources:clues"), {"channel": "HOTLINE", "state": "waiting"}).content.decode()
    assert "张胜坤" in listed
    assert "张胜坤" not in client.get(reverse("sources:clues"), {"state": "taken"}).content.decode()


def test_a_household_of_the_neighbour_is_not_found(client: Client, cast: Cast) -> None:
    there = household_make(cast.neighbour_slot, head="邻县人").pk
    sign_in(client, cast.officer)
    here = client.get(reverse("sources:report_household", args=[there]))
    absent = client.get(reverse("sources:report_household", args=[there + 1000]))
    assert here.status_code == absent.status_code == 404
    assert "邻县人" not in here.content.decode()


@pytest.mark.parametrize("who", ["medical", "insurer", "leader", "city"])
def test_who_may_not_report_finds_no_form(client: Client, cast: Cast, who: str) -> None:
    sign_in(client, getattr(cast, who))
    assert client.get(reverse("sources:report")).status_code == 404


def test_a_number_no_row_can_have_breaks_no_page(client: Client, cast: Cast) -> None:
    home, long = household_make(cast.slot, head="张胜坤"), "9" * 5000
    signed = sign_in(client, cast.officer)
    assert signed.get(reverse("sources:report"), {"q": "张胜坤", "after": long}).status_code == 200
    assert signed.get(reverse("sources:report_household", args=[home.pk]), {"event": long}).status_code == 200
    clue = report_make(cast.officer, home.pk)
    answer = sign_in(client, cast.county).post(reverse("sources:clue_attach", args=[clue.pk]), {"household": long})
    assert answer.status_code in (302, 404, 409)
