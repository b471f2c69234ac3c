"""The facts of a household: seen with their sources, objected to by the village, corrected by clerks."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, income_make, person_make, spending_make, status_make

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import FactObjection, Household, HouseholdState, Person, PersonState, Residence, Spending

REASON = "与户口本不符"


def current(model, **key):
    with acting_as(SYSTEM):
        return model.objects.get(superseded_at__isnull=True, valid_to__isnull=True, **key)


def version(home: Household) -> int:
    with acting_as(SYSTEM):
        return Household.objects.get(pk=home.pk).version


def address(name: str, home: Household, row, subject: str, field: str) -> str:
    return reverse(f"register:{name}", args=[home.pk, subject, row.pk, field])


@pytest.fixture
def home(cast: Cast) -> Household:
    return household_make(
        cast.slot, head="张胜坤", members=[("李秀兰", "SPOUSE")], watch_type="MARGINAL", water_safe=True
    )


def test_the_page_shows_every_fact_with_its_source(client: Client, cast: Cast, home: Household) -> None:
    spending_make(home, date(2020, 5, 1), gross_fen=10_000_000, self_paid_fen=8_573_087, detail="胃癌")
    status_make(home, "DIBAO", date(2020, 1, 1))
    income_make(home, timezone.localdate().replace(day=1), 23_500, kind="TRANSFER")
    sign_in(client, cast.county)
    page = client.get(reverse("register:facts", args=[home.pk])).content.decode()
    for words in (
        "边缘易致贫户",
        "全国防返贫系统",
        "李秀兰",
        "胃癌",
        "85,730.87",
        "低保",
        "235.00",
        "分户",
        "登记死亡",
    ):
        assert words in page, words


@pytest.mark.parametrize("who", ["leader", "city", "province"])
def test_who_looks_on_is_offered_no_change(client: Client, cast: Cast, home: Household, who: str) -> None:
    sign_in(client, getattr(cast, who))
    page = client.get(reverse("register:facts", args=[home.pk])).content.decode()
    assert "边缘易致贫户" in page
    for words in (">更正<", "提出异议", "分户", "登记死亡"):
        assert words not in page, words


def test_the_village_objects_and_the_township_corrects(client: Client, cast: Cast, home: Household) -> None:
    state = current(HouseholdState, household=home)
    sign_in(client, cast.officer)
    url = address("objection", home, state, "household_state", "water_safe")
    assert client.post(url, {"claimed": "否", "reason": ""}).status_code == 422
    assert client.post(url, {"claimed": "否", "reason": "井水发黄"}).status_code == 302
    again = client.post(url, {"claimed": "否", "reason": "井水发黄"})
    assert again.status_code == 422
    assert "已经有人提出异议" in again.content.decode()
    assert "有异议，待核" in client.get(reverse("register:facts", args=[home.pk])).content.decode()
    assert client.get(address("correct", home, state, "household_state", "water_safe")).status_code == 404
    sign_in(client, cast.township)
    listed = client.get(reverse("register:objections")).content.decode()
    assert "井水发黄" in listed
    lead_on = re.findall(r'href="([^"]+/objections/\d+/correct/)"', listed)[0]
    form = client.get(lead_on, follow=True)
    assert "井水发黄" in form.content.decode()
    url = form.request["PATH_INFO"]
    answer = client.post(url, {"value": "NO", "reason": "已到现场看过", "since": "", "version": version(home)})
    assert answer.status_code == 302
    assert current(HouseholdState, household=home).water_safe is False
    assert "井水发黄" not in client.get(reverse("register:objections")).content.decode()
    with acting_as(SYSTEM):
        said = FactObjection.objects.get()
    assert (said.state, said.answer) == ("CORRECTED", "已到现场看过")


def test_an_objection_follows_its_fact_when_another_fact_changes(client: Client, cast: Cast, home: Household) -> None:
    state = current(HouseholdState, household=home)
    sign_in(client, cast.officer)
    client.post(address("objection", home, state, "household_state", "water_safe"), {"reason": "井水发黄"})
    sign_in(client, cast.county)
    other = address("correct", home, state, "household_state", "housing_safe")
    assert client.post(other, {"value": "YES", "reason": REASON, "version": version(home)}).status_code == 302
    assert "有异议，待核" in client.get(reverse("register:facts", args=[home.pk])).content.decode()
    with acting_as(SYSTEM):
        said = FactObjection.objects.get(state="OPEN")
    form = client.get(reverse("register:objection_correct", args=[said.pk]), follow=True)
    assert form.status_code == 200
    body = {"value": "NO", "reason": REASON, "version": version(home)}
    assert client.post(form.request["PATH_INFO"], body).status_code == 302
    with acting_as(SYSTEM):
        assert FactObjection.objects.get(pk=said.pk).state == "CORRECTED"


def test_an_objection_is_answered_when_the_fact_is_right(client: Client, cast: Cast, home: Household) -> None:
    state = current(HouseholdState, household=home)
    sign_in(client, cast.officer)
    client.post(address("objection", home, state, "household_state", "water_safe"), {"reason": "井水发黄"})
    with acting_as(SYSTEM):
        said = FactObjection.objects.get()
    url = reverse("register:reject", args=[said.pk])
    assert client.get(url).status_code == 404
    sign_in(client, cast.county)
    assert client.post(url, {"answer": ""}).status_code == 422
    assert client.post(url, {"answer": "水质检测合格"}).status_code == 302
    page = client.get(reverse("register:facts", args=[home.pk])).content.decode()
    assert "水质检测合格" in page
    assert "经核无误" in page
    assert client.post(url, {"answer": "水质检测合格"}).status_code == 404


def test_a_correction_keeps_what_was_believed_and_why(client: Client, cast: Cast, home: Household) -> None:
    state = current(HouseholdState, household=home)
    sign_in(client, cast.county)
    url = address("correct", home, state, "household_state", "watch_type")
    body = {"value": "SUDDEN", "reason": REASON, "version": version(home)}
    assert client.post(url, body).status_code == 302
    now = current(HouseholdState, household=home)
    page = client.get(address("fact", home, now, "household_state", "watch_type")).content.decode()
    assert "边缘易致贫户" in page
    assert "突发严重困难户" in page
    assert REASON in page
    assert "不再采用" in page
    assert "更正登记信息" in client.get(reverse("desks:household", args=[home.pk])).content.decode()


def test_a_change_from_a_day_on_keeps_the_time_before(client: Client, cast: Cast, home: Household) -> None:
    person = person_make(home, "张小宝", "CHILD", labour="ORDINARY")
    state = current(PersonState, person=person)
    sign_in(client, cast.county)
    url = address("correct", home, state, "person_state", "labour")
    late = client.post(url, {"value": "LOST", "reason": REASON, "since": "2999-01-01", "version": version(home)})
    assert late.status_code == 422
    body = {"value": "LOST", "reason": "摔伤致残", "since": "2020年6月1日", "version": version(home)}
    assert client.post(url, body).status_code == 302
    with acting_as(SYSTEM):
        rows = list(PersonState.objects.filter(person=person, superseded_at__isnull=True).order_by("valid_from"))
    assert [(row.labour, row.valid_from.isoformat()) for row in rows][1:] == [("LOST", "2020-06-01")]


@pytest.mark.parametrize(
    ("subject", "field", "value", "words"),
    [
        ("person", "birth_date", "明天", "日期"),
        ("spending", "gross_fen", "很多", ""),
        ("spending", "gross_fen", "1", "矛盾"),
    ],
)
def test_a_value_that_does_not_fit_stands_beside_its_field_and_stays_typed(
    client: Client, cast: Cast, home: Household, subject: str, field: str, value: str, words: str
) -> None:
    row = spending_make(home, date(2020, 5, 1), gross_fen=10_000_000, self_paid_fen=8_573_087)
    if subject == "person":
        with acting_as(SYSTEM):
            row = Person.objects.get(name="李秀兰")
    sign_in(client, cast.county)
    url = address("correct", home, row, subject, field)
    answer = client.post(url, {"value": value, "reason": REASON, "version": version(home)})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'value="{value}"' in page
    assert REASON in page
    assert words in page


def test_an_amount_is_corrected(client: Client, cast: Cast, home: Household) -> None:
    row = spending_make(home, date(2020, 5, 1), gross_fen=10_000_000)
    sign_in(client, cast.county)
    url = address("correct", home, row, "spending", "gross_fen")
    assert "100000.00" in client.get(url).content.decode()
    assert client.post(url, {"value": "98,000.5", "reason": REASON, "version": version(home)}).status_code == 302
    with acting_as(SYSTEM):
        assert Spending.objects.get(pk=row.pk).gross_fen == 9_800_050


def test_a_stale_correction_shows_mine_beside_theirs(client: Client, cast: Cast, home: Household) -> None:
    state = current(HouseholdState, household=home)
    sign_in(client, cast.county)
    url = address("correct", home, state, "household_state", "watch_type")
    answer = client.post(url, {"value": "SUDDEN", "reason": REASON, "version": version(home) + 1})
    assert answer.status_code == 409
    page = answer.content.decode()
    for words in ("内容已有变动", "边缘易致贫户", "突发严重困难户", REASON):
        assert words in page, words
    assert current(HouseholdState, household=home).watch_type == "MARGINAL"


def test_a_number_in_a_reason_is_refused(client: Client, cast: Cast, home: Household) -> None:
    state = current(HouseholdState, household=home)
    sign_in(client, cast.officer)
    url = address("objection", home, state, "household_state", "water_safe")
    answer = client.post(url, {"reason": "打给 13912345678 问"})
    assert answer.status_code == 422
    assert "不要写身份证号" in answer.content.decode()


def test_an_address_is_corrected(client: Client, cast: Cast, home: Household) -> None:
    row = current(Residence, household=home)
    sign_in(client, cast.township)
    url = address("correct", home, row, "residence", "address")
    assert url in client.get(reverse("register:facts", args=[home.pk])).content.decode()
    assert client.post(url, {"value": "村东头 12 号", "reason": REASON, "version": version(home)}).status_code == 302
    assert "村东头 12 号" in client.get(reverse("register:facts", args=[home.pk])).content.decode()


@pytest.mark.parametrize("name", ["facts", "fact", "objection", "correct"])
@pytest.mark.parametrize("who", ["neighbour", "medical", "insurer", "sibling_officer"])
def test_who_may_not_see_the_household_finds_no_page(
    client: Client, cast: Cast, home: Household, name: str, who: str
) -> None:
    state = current(HouseholdState, household=home)
    sign_in(client, getattr(cast, who))
    url = reverse("register:facts", args=[home.pk])
    if name != "facts":
        url = address(name, home, state, "household_state", "water_safe")
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("subject", "field"),
    [("household_state", "id"), ("nonsense", "water_safe"), ("person", "merged_into"), ("person", "version")],
)
def test_what_is_no_fact_has_no_page(client: Client, cast: Cast, home: Household, subject: str, field: str) -> None:
    state = current(HouseholdState, household=home)
    sign_in(client, cast.county)
    for name in ("fact", "objection", "correct"):
        assert client.get(address(name, home, state, subject, field)).status_code == 404


def test_a_fact_of_another_household_is_absent(client: Client, cast: Cast, home: Household) -> None:
    other = household_make(cast.slot, head="李守信")
    state = current(HouseholdState, household=other)
    sign_in(client, cast.county)
    assert client.get(address("correct", home, state, "household_state", "water_safe")).status_code == 404


def test_a_page_of_facts_costs_the_same_queries_for_few_and_for_many(
    client: Client, cast: Cast, home: Household
) -> None:
    sign_in(client, cast.county)
    counts = []
    for _ in range(2):
        spending_make(home, date(2020, 5, 1), gross_fen=10_000_000)
        status_make(home, "DIBAO", date(2020, 1, 1))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("register:facts", args=[home.pk])).status_code == 200
        counts.append(len(queries))
        for number in range(6):
            person_make(home, f"张{number}", "CHILD")
            spending_make(home, date(2020, 4, 1 + number), gross_fen=100_000)
    assert counts[0] == counts[1]
    assert counts[0] <= 42


def test_reading_the_facts_is_logged(client: Client, cast: Cast, home: Household) -> None:
    sign_in(client, cast.officer)
    client.get(reverse("register:facts", args=[home.pk]))
    with acting_as(SYSTEM):
        entry = Entry.objects.get(action="household.read")
    assert (entry.subject_id, entry.user_id, entry.purpose) == (home.pk, cast.officer.user_id, "查看登记信息")
