"""The search: by POST for whatever names somebody by a number, by address for names; who may, what it costs."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, person_make, resident_id_make

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, acting_as

URL = "/register/"


def shown(client: Client, address: str = URL, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_name_leads_to_an_address_with_its_households(client: Client, cast: Cast) -> None:
    home = household_make(cast.slot, head="张胜坤", members=[("李秀兰", "SPOUSE")])
    sign_in(client, cast.county)
    answer = client.post(URL, {"q": "张胜坤"})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "张胜坤" in page
    assert reverse("desks:household", args=[home.pk]) in page
    assert "李秀兰" in shown(client, q="lxl")


@pytest.mark.parametrize("kind", ["id", "phone"])
def test_a_number_opens_the_household_and_stands_in_no_address(client: Client, cast: Cast, kind: str) -> None:
    number = {"id": resident_id_make(), "phone": "13912345678"}[kind]
    home = household_make(cast.slot, resident_id=number if kind == "id" else None)
    if kind == "phone":
        person_make(home, "李秀兰", "SPOUSE", phone=number)
    sign_in(client, cast.county)
    answer = client.post(URL, {"q": number})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("desks:household", args=[home.pk])
    assert number not in answer["Location"]


def test_a_number_that_names_several_households_is_answered_in_place(client: Client, cast: Cast) -> None:
    for name in ("张胜坤", "李守信"):
        person_make(household_make(cast.slot, head=name), f"{name}妻", "SPOUSE", phone="13912345678")
    sign_in(client, cast.county)
    answer = client.post(URL, {"q": "13912345678"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "张胜坤妻" in page
    assert "李守信妻" in page


def test_a_number_in_an_address_is_not_searched(client: Client, cast: Cast) -> None:
    number = resident_id_make()
    home = household_make(cast.slot, head="张胜坤", resident_id=number)
    sign_in(client, cast.county)
    page = shown(client, q=number)
    assert "不能放在网址里" in page
    assert reverse("desks:household", args=[home.pk]) not in page
    assert number not in page


def test_numbers_are_masked(client: Client, cast: Cast) -> None:
    number = resident_id_make()
    household_make(cast.slot, head="张胜坤", resident_id=number)
    sign_in(client, cast.county)
    page = shown(client, q="张胜坤")
    assert number not in page
    assert number[-4:] in page


def test_a_village_alone_lists_its_households(client: Client, cast: Cast) -> None:
    household_make(cast.slot, head="张胜坤")
    household_make(cast.places.sibling_village.lo, head="李守信")
    sign_in(client, cast.county)
    answer = client.post(URL, {"q": "", "village": cast.places.village.name})
    page = client.get(answer["Location"]).content.decode()
    assert "张胜坤" in page
    assert "李守信" not in page


def test_a_village_that_is_not_found_says_so_beside_its_field(client: Client, cast: Cast) -> None:
    sign_in(client, cast.county)
    answer = client.post(URL, {"q": "张", "village": "没有这个村"})
    assert answer.status_code == 422
    assert "没有找到这个地方" in answer.content.decode()


def test_an_officer_sees_her_village_at_once_and_no_other(client: Client, cast: Cast) -> None:
    household_make(cast.slot, head="张胜坤")
    household_make(cast.places.sibling_village.lo, head="李守信")
    sign_in(client, cast.officer)
    page = shown(client)
    assert "张胜坤" in page
    assert "李守信" not in page
    assert "没有查到" in shown(client, q="李守信")


def test_results_come_fifty_a_page_by_key(client: Client, cast: Cast) -> None:
    for _ in range(51):
        household_make(cast.slot, head="张大")
    sign_in(client, cast.county)
    first = shown(client, q="张大")
    assert first.count('data-label="姓名"') == 50
    after = first.split("after=")[1].split('"')[0]
    second = shown(client, q="张大", after=after)
    assert second.count('data-label="姓名"') == 1
    assert "已到最后" in second


def test_a_page_of_a_number_turns_by_post(client: Client, cast: Cast) -> None:
    for _ in range(51):
        person_make(household_make(cast.slot), "李秀兰", "SPOUSE", phone="13912345678")
    sign_in(client, cast.county)
    first = client.post(URL, {"q": "13912345678"}).content.decode()
    after = first.split('name="after" value="')[1].split('"')[0]
    second = client.post(URL, {"q": "13912345678", "after": after})
    assert second.status_code == 200
    assert second.content.decode().count('data-label="姓名"') == 1


def test_an_empty_register_says_how_to_begin(client: Client, cast: Cast) -> None:
    sign_in(client, cast.county)
    page = shown(client)
    assert "导入台账" in page
    assert reverse("register:new") in page
    sign_in(client, cast.officer)
    page = shown(client)
    assert "县或乡镇导入台账以后" in page
    assert reverse("register:new") not in page


@pytest.mark.parametrize("text", ["张", "z", "…", "12", "张'; drop table", "%", "\x00张"])
def test_odd_texts_get_an_answer(client: Client, cast: Cast, text: str) -> None:
    household_make(cast.slot)
    sign_in(client, cast.county)
    assert client.post(URL, {"q": text}, follow=True).status_code == 200


def test_a_search_is_logged_without_its_text(client: Client, cast: Cast) -> None:
    household_make(cast.slot, head="张胜坤")
    sign_in(client, cast.county)
    shown(client, q="张胜坤")
    with acting_as(SYSTEM):
        entry = Entry.objects.get(action="register.search")
    assert entry.after == {"way": "name", "found": 1}
    assert "张胜坤" not in str(vars(entry))


@pytest.mark.parametrize("who", ["medical", "insurer", "neighbour_medical"])
def test_those_who_do_not_read_the_register_find_no_search(client: Client, cast: Cast, who: str) -> None:
    sign_in(client, getattr(cast, who))
    assert client.get(URL).status_code == 404


@pytest.mark.parametrize(("who", "most"), [("officer", 18), ("county", 21), ("province", 23)])
def test_a_search_costs_the_same_queries_for_one_hit_and_for_fifty(
    client: Client, cast: Cast, who: str, most: int
) -> None:
    household_make(cast.slot, head="张一")
    for _ in range(30):
        household_make(cast.slot, head="张三", members=[("张四", "CHILD")])
    sign_in(client, getattr(cast, who))
    counts = []
    for text in ("张一", "张三"):
        with CaptureQueriesContext(connection) as queries:
            shown(client, q=text)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= most


def test_the_dead_are_marked(client: Client, cast: Cast) -> None:
    home = household_make(cast.slot)
    person = person_make(home, "李老汉", "PARENT")
    with acting_as(SYSTEM):
        type(person).objects.filter(pk=person.pk).update(died_on=date(2020, 1, 1))
    sign_in(client, cast.county)
    assert "2020-01-01 去世" in shown(client, q="李老汉")
