from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, resident_id_make
from tests.factories.sources import INPATIENT, import_all, stay, xlsx

from shouwang.people.access import acting_as
from shouwang.sources.models import FeedImport, MatchPair
from shouwang.sources.selectors.pairs import pairs_waiting

ID = resident_id_make(date(1970, 5, 20))


@pytest.fixture
def taken(cast: Cast) -> FeedImport:
    household_make(cast.slot, head="张胜坤", resident_id=ID)
    rows = [stay("完全另名", ID), stay("张胜坤", ID, start="2020-03-01", end="2020-03-03")]
    return import_all(cast.medical, xlsx([INPATIENT, *rows]))


def pair(cast: Cast) -> MatchPair:
    with acting_as(cast.county):
        return pairs_waiting(cast.county)[0]


def test_the_pair_stands_side_by_side_with_masked_numbers_and_words(
    client: Client, cast: Cast, taken: FeedImport
) -> None:
    page = sign_in(client, cast.county).get(reverse("sources:pairs")).content.decode()
    assert "完全另名" in page or "完</mark>" in page
    assert ID not in page
    assert f"{ID[:6]}••••••••{ID[-4:]}" in page
    assert "部门的表" in page
    assert "不同" in page
    assert "一致" in page


def test_a_page_of_decisions_is_recorded_and_taken_back(client: Client, cast: Cast, taken: FeedImport) -> None:
    clerk = sign_in(client, cast.county)
    answer = clerk.post(reverse("sources:pairs"), {f"pair-{pair(cast).pk}": "SAME"})
    assert answer.status_code == 302
    page = clerk.get(answer["Location"]).content.decode()
    assert "1 对是同一个人，1 行数据已经导入" in page
    batch = answer["Location"].partition("batch=")[2]
    undo = reverse("sources:pairs_undo", args=[batch])
    assert "1 行数据收回" in clerk.get(undo).content.decode()
    assert "撤回" in clerk.get(reverse("sources:pairs_decided")).content.decode()
    assert clerk.post(undo).status_code == 302
    assert pair(cast).state == "WAITING"
    assert "已撤回" in clerk.get(reverse("sources:pairs_decided")).content.decode()
    assert clerk.get(undo).status_code == 404


def test_a_page_without_any_choice_says_so(client: Client, cast: Cast, taken: FeedImport) -> None:
    answer = sign_in(client, cast.county).post(
        reverse("sources:pairs"), {"pair-x": "SAME", "pair-1": "MAYBE"}, follow=True
    )
    assert "还没有选" in answer.content.decode()


@pytest.mark.parametrize("who", ["medical", "township", "city", "neighbour_medical", "insurer", "leader"])
def test_nobody_but_the_county_centre_opens_the_queue(client: Client, cast: Cast, taken: FeedImport, who: str) -> None:
    assert sign_in(client, getattr(cast, who)).get(reverse("sources:pairs")).status_code == 404


def test_the_neighbouring_county_has_an_empty_queue(client: Client, cast: Cast, taken: FeedImport) -> None:
    page = sign_in(client, cast.neighbour).get(reverse("sources:pairs")).content.decode()
    assert "没有等待核对的人" in page


@pytest.mark.parametrize(("result", "rows"), [("exact", 1), ("unmatched", 1), ("refused", 0), ("decided", 0)])
def test_each_number_of_the_result_leads_to_exactly_its_rows(
    client: Client, cast: Cast, taken: FeedImport, result: str, rows: int
) -> None:
    clerk = sign_in(client, cast.county)
    page = clerk.get(reverse("sources:feed", args=[taken.pk])).content.decode()
    href = reverse("sources:feed_rows", args=[taken.pk, result])
    assert (href in page) == bool(rows)
    assert clerk.get(href).content.decode().count('class="is-title">第 ') == rows


def test_a_department_sees_no_list_of_matched_people(client: Client, cast: Cast, taken: FeedImport) -> None:
    office = sign_in(client, cast.medical)
    assert office.get(reverse("sources:feed_rows", args=[taken.pk, "exact"])).status_code == 404
    assert office.get(reverse("sources:feed_rows", args=[taken.pk, "unmatched"])).status_code == 200
    assert office.get(reverse("sources:feed_rows", args=[taken.pk, "nothing"])).status_code == 404
