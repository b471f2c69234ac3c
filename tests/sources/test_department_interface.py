"""The departments' interface: rows and clues in by key, each once, nothing of the register out."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any, get_args

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.factories.cast import Cast
from tests.factories.register import household_make, resident_id_make
from tests.factories.sources import key_make

from shouwang.audit.models import Entry
from shouwang.kit.codes import Risk
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Spending
from shouwang.sources.api.department import Cause
from shouwang.sources.models import Clue, FeedImport
from shouwang.sources.rules.kinds import feed_kinds
from shouwang.sources.services.importing import feed_import_run

ROOT = "/api/department"
ID = resident_id_make(date(1970, 3, 7))
PROBLEM = "application/problem+json"
Caller = Callable[..., Any]


def caller(token: str) -> Caller:
    """This function returns what calls the interface with a key."""
    client = Client()

    def call(path: str, body: Any = None, *, key: str = "k-1", **headers: str) -> Any:
        own = {"Authorization": f"Bearer {token}", **headers}
        if body is None:
            return client.get(ROOT + path, headers=own)
        own = {"Idempotency-Key": key, **own}
        return client.post(ROOT + path, json.dumps(body), content_type="application/json", headers=own)

    return call


@pytest.fixture
def medical(cast: Cast) -> Caller:
    return caller(key_make(cast, cast.medical)[1])


@pytest.fixture
def home(cast: Cast) -> int:
    return household_make(cast.slot, head="张胜坤", resident_id=ID).pk


def stay(**changes: str) -> dict[str, str]:
    row = {"name": "张胜坤", "resident_id": ID, "started_on": "2020-05-01", "ended_on": "2020-05-09",
           "gross": "24269.13", "fund_total": "14269.13", "self_paid": "10000", "diagnosis": "胃癌"}  # fmt: skip
    return row | changes


def table(*rows: dict[str, str], data_date: str = "2020-06-30") -> dict[str, Any]:
    return {"data_date": data_date, "rows": list(rows)}


def clue(cast: Cast, **changes: Any) -> dict[str, Any]:
    said = {"person_name": "张胜坤", "resident_id": ID, "village": str(cast.slot), "cause": "ILLNESS",
            "occurred_on": "2020-06-20", "summary": "住院自付较多", "self_paid_fen": 2_000_000}  # fmt: skip
    return said | changes


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """This function checks a problem document and returns it."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    told: dict[str, Any] = answer.json()
    assert (told["code"], told["status"], told["type"]) == (code, status, f"urn:shouwang:problem:{code}")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in told["detail"])
    return told


def imports() -> list[FeedImport]:
    with acting_as(SYSTEM):
        return list(FeedImport.objects.order_by("pk"))


def clues() -> list[Clue]:
    with acting_as(SYSTEM):
        return list(Clue.objects.order_by("pk"))


@pytest.mark.django_db
def test_rows_go_the_way_of_a_file_and_the_same_checks_refuse_them(medical: Caller, home: int) -> None:
    rows = [stay(), stay(gross="一万"), stay(name="", started_on="2020-04-01"), stay(resident_id="130529198808081234")]
    told = medical("/tables/inpatient", table(*rows)).json()
    assert told == {"import_id": told["import_id"], "rows": 4, "is_repeated": False}
    assert medical(f"/imports/{told['import_id']}").json()["state"] == "WAITING"
    feed_import_run(import_id=told["import_id"], clock=timezone.now)
    state = medical(f"/imports/{told['import_id']}").json()
    assert (state["state"], state["rows_read"], state["rows_taken"]) == ("DONE", 4, 1)
    assert state["rows_refused"] + state["rows_unmatched"] == 3
    with acting_as(SYSTEM):
        event = Spending.objects.get()
    assert (event.household_id, event.gross_fen, event.self_paid_fen) == (home, 2_426_913, 1_000_000)
    aside = medical(f"/imports/{told['import_id']}/aside").json()
    assert [each["row"] for each in aside["rows"]] == [2, 3, 4] and aside["next_after"] is None
    assert aside["rows"][0]["state"] == "REFUSED" and "看不懂" in aside["rows"][0]["reason"]
    behind = medical(f"/imports/{told['import_id']}/aside?after=3").json()
    assert [each["row"] for each in behind["rows"]] == [4]
    with acting_as(SYSTEM):
        entry = Entry.objects.get(action="feed.upload")
    assert "接口：结算系统" in str(vars(entry))


@pytest.mark.django_db
def test_columns_are_called_by_name_or_heading_and_nothing_else(medical: Caller, home: int) -> None:
    by_heading = {feed_kinds()["inpatient"].fields[name].heading: text for name, text in stay().items()}
    assert medical("/tables/inpatient", table(by_heading)).status_code == 200
    told = refused(medical("/tables/inpatient", table(stay(), stay(phone="1")), key="b"), 409, "column-unknown")
    assert "第 2 行" in told["detail"]
    refused(medical("/tables/inpatient", table(stay(姓名="张")), key="c"), 409, "mapping-doubled")
    lacking = stay()
    del lacking["gross"]
    refused(medical("/tables/inpatient", table(lacking), key="d"), 409, "mapping-incomplete")
    assert len(imports()) == 1


@pytest.mark.django_db
def test_the_same_thing_twice_is_done_once_and_a_key_stands_for_one_thing(medical: Caller, home: int) -> None:
    first, second = (medical("/tables/inpatient", table(stay())).json() for _ in range(2))
    assert second == first | {"is_repeated": True}
    refused(medical("/tables/inpatient", table(stay(diagnosis="骨折"))), 409, "key-reused")
    refused(medical("/tables/inpatient", table(stay()), key="other"), 409, "delivered-before")
    assert len(imports()) == 1


@pytest.mark.django_db
def test_a_refused_delivery_leaves_its_key_and_its_quota_free(cast: Cast, home: int) -> None:
    call = caller(key_make(cast, cast.medical, rows_a_day=2)[1])
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    refused(call("/tables/inpatient", table(stay(), stay(), data_date=tomorrow)), 409, "data-date-in-future")
    assert call("/tables/inpatient", table(stay(), stay())).status_code == 200
    answer = call("/tables/inpatient", table(stay(diagnosis="骨折")), key="more")
    refused(answer, 429, "quota-spent")
    assert 0 < int(answer["Retry-After"]) <= 86_401
    assert call("/key").json()["rows_left_today"] == 0


@pytest.mark.django_db
def test_who_calls_too_often_is_told_when_to_come_again(cast: Cast) -> None:
    call = caller(key_make(cast, cast.medical, calls_a_minute=1)[1])
    answers = [call("/key") for _ in range(3)]
    late = [answer for answer in answers if answer.status_code != 200]
    assert late, "three calls lie in two minutes at most"
    refused(late[-1], 429, "too-many-calls")
    assert 0 < int(late[-1]["Retry-After"]) <= 60


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "swk_wrong", "swk_" + "a" * 43, "密钥", "x" * 5000])
def test_every_wrong_key_gets_the_same_answer(cast: Cast, token: str) -> None:
    key_make(cast, cast.medical)
    for path in ("/key", "/kinds", "/imports/1", "/clues/1"):
        answer = Client().get(ROOT + path, headers={"Authorization": f"Bearer {token}"})
        told = refused(answer, 401, "sign-in-needed")
        assert "密钥" in told["detail"] and answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.django_db
def test_what_a_key_does_not_open_looks_like_what_is_not_there(cast: Cast, home: int) -> None:
    whole = caller(key_make(cast, cast.medical)[1])
    narrow = caller(key_make(cast, cast.medical, kinds=["visit"], may_report=False)[1])
    taken = whole("/tables/inpatient", table(stay())).json()["import_id"]
    sent = whole("/clues", clue(cast), key="c").json()["clue_id"]
    absent = narrow("/tables/nothing", table(stay())).content
    assert narrow("/tables/inpatient", table(stay())).content == absent
    assert narrow("/tables/allowance", table(stay())).content == absent
    assert narrow("/clues", clue(cast), key="d").content == absent
    assert narrow(f"/imports/{taken}").content == narrow("/imports/999999999").content == absent
    assert narrow(f"/imports/{taken}/aside").content == absent
    assert [kind["key"] for kind in narrow("/kinds").json()] == ["visit"]
    other = caller(key_make(cast, cast.civil)[1])
    assert other(f"/imports/{taken}").content == other(f"/clues/{sent}").content == absent
    refused(narrow(f"/imports/{taken}"), 404, "not-found")


@pytest.mark.django_db
def test_what_is_not_as_described_is_refused_with_its_place_and_without_its_value(cast: Cast, medical: Caller) -> None:
    for body in (
        {}, [], {"data_date": "2020-13-01", "rows": [stay()]}, table(), {"data_date": "2020-06-30", "rows": "x"},
        table(stay(diagnosis="上\0下")), table(stay(diagnosis="上\n下")), table({"": "x"}),
        table(stay(name="长" * 501)), table(*[stay()] * 1001),
    ):  # fmt: skip
        told = refused(medical("/tables/inpatient", body), 422, "unreadable")
        assert told["places"] and "上" not in json.dumps(told["places"], ensure_ascii=False)
    for body in (clue(cast, cause="FLOOD"), clue(cast, village="大寨村"), clue(cast, self_paid_fen=-1)):
        refused(medical("/clues", body), 422, "unreadable")
    for key in ("", "x" * 65, "a b"):
        refused(medical("/tables/inpatient", table(stay()), key=key), 422, "unreadable")
    assert not imports()


@pytest.mark.django_db
def test_a_body_that_is_too_large_or_no_json_is_refused(medical: Caller, cast: Cast, settings: Any) -> None:
    token = key_make(cast, cast.medical)[1]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k"}
    path = f"{ROOT}/tables/inpatient"
    answer = Client().post(path, "{", content_type="application/json", headers=headers)
    refused(answer, 400, "unreadable")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 200
    refused(medical("/tables/inpatient", table(*[stay()] * 5)), 413, "body-too-large")
    assert not imports()


@pytest.mark.django_db
def test_addresses_and_methods_that_are_none_get_problems_too(medical: Caller) -> None:
    refused(medical("/nothing"), 404, "not-found")
    answer = Client().delete(f"{ROOT}/kinds")
    refused(answer, 405, "method-not-allowed")
    assert answer["Allow"] == "GET"


@pytest.mark.django_db
def test_a_clue_finds_its_household_and_tells_the_department_nothing_of_it(
    cast: Cast, medical: Caller, home: int
) -> None:
    known = medical("/clues", clue(cast)).json()
    stranger = medical(
        "/clues", clue(cast, person_name="外来户", resident_id="", person_note="村东头第二家"), key="k-2"
    ).json()
    assert set(known) == set(stranger) == {"clue_id", "received_at", "is_repeated"}
    first, second = clues()
    assert (first.household_id, first.person_name, first.channel, first.self_paid_fen) == (
        home, "", "DEPARTMENT", 2_000_000,
    )  # fmt: skip
    assert (second.household_id, second.person_name, second.slot) == (None, "外来户", cast.slot)
    assert first.reporter_label == "巨鹿县医疗保障局 何医保（接口：结算系统）"
    with acting_as(SYSTEM):
        assert ID not in str(list(Clue.objects.values())) and Entry.objects.filter(action="clue.report").count() == 2
    state = medical(f"/clues/{first.pk}").json()
    assert set(state) == {"clue_id", "state", "received_at", "taken_up_at"}
    assert medical(f"/clues/{second.pk}").json()["state"] == "RECEIVED"


@pytest.mark.django_db
def test_a_clue_sent_again_is_the_same_one_and_with_other_contents_refused(cast: Cast, medical: Caller) -> None:
    first, second = (medical("/clues", clue(cast)).json() for _ in range(2))
    assert second == first | {"is_repeated": True}
    refused(medical("/clues", clue(cast, summary="另一件事")), 409, "key-reused")
    assert len(clues()) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"occurred_on": "2999-01-01"}, "occurred-in-future"),
        ({"occurred_on": "1990-01-01"}, "occurred-too-long-ago"),
        ({"cause": "OTHER"}, "cause-note-missing"),
        ({"summary": " "}, "summary-missing"),
        ({"summary": f"身份证 {ID}"}, "personal-number-in-text"),
        ({"gross_fen": 1, "self_paid_fen": 2}, "reimbursed-above-gross"),
        ({"resident_id": ID[:17] + ("1" if ID[17] != "1" else "2")}, "resident-id-check-digit"),
        ({"village": "130532001001"}, "village-unknown"),
        ({"village": "999999999999"}, "village-unknown"),
        ({"filled_on": "2020-06-19"}, "paper-before-event"),
        ({"filled_on": "2999-01-01"}, "paper-in-future"),
    ],
)
def test_a_clue_is_checked_as_every_report_is(cast: Cast, medical: Caller, changes: dict[str, Any], code: str) -> None:
    told = refused(medical("/clues", clue(cast, **changes)), 409, code)
    assert ID not in json.dumps(told)
    assert not clues()


@pytest.mark.django_db
def test_a_departments_paper_counts_from_its_own_date(cast: Cast, medical: Caller) -> None:
    told = medical("/clues", clue(cast, filled_on="2020-06-21")).json()
    [found] = clues()
    assert timezone.localtime(found.reported_at).date() == date(2020, 6, 21)
    assert found.channel == "DEPARTMENT" and found.entered_at is not None
    assert medical(f"/clues/{told['clue_id']}").json()["received_at"][:10] != "2020-06-21"


@pytest.mark.django_db(transaction=True)
def test_a_key_finds_and_writes_nothing_of_another_county(real_cast: Cast) -> None:
    cast = real_cast
    home = household_make(cast.slot, head="张胜坤", resident_id=ID)
    across = caller(key_make(cast, cast.neighbour_medical)[1])
    town = caller(key_make(cast, cast.medical, area_id=cast.places.sibling_town.pk)[1])
    own = caller(key_make(cast, cast.medical)[1])
    ids = {}
    for name, call in {"across": across, "town": town, "own": own}.items():
        ids[name] = call("/tables/inpatient", table(stay()), key=name).json()
    # The same rows from the same organisation are the same file; the narrowed key's came first.
    assert ids["own"]["code"] == "delivered-before"
    for name in ("across", "town"):
        feed_import_run(import_id=ids[name]["import_id"], clock=timezone.now)
    assert across(f"/imports/{ids['across']['import_id']}").json()["rows_unmatched"] == 1
    assert town(f"/imports/{ids['town']['import_id']}").json()["rows_unmatched"] == 1
    with acting_as(SYSTEM):
        assert not Spending.objects.filter(household_id=home.pk).exists()
    refused(across(f"/imports/{ids['town']['import_id']}"), 404, "not-found")
    refused(across("/clues", clue(cast)), 409, "village-unknown")
    refused(town("/clues", clue(cast)), 409, "village-unknown")
    there = clue(cast, village=str(cast.neighbour_slot))
    assert across("/clues", there, key="there").status_code == 200
    assert town("/clues", clue(cast, village=str(cast.places.sibling_town_village.lo)), key="t").status_code == 200
    assert [found.household_id for found in clues()] == [None, None]
    assert own("/clues", clue(cast), key="o").status_code == 200
    assert clues()[-1].household_id == home.pk


@pytest.mark.django_db(transaction=True)
def test_the_same_key_twice_at_once_makes_one(real_cast: Cast) -> None:
    cast = real_cast
    household_make(cast.slot, head="张胜坤", resident_id=ID)
    # Two keys of one department, so that nothing but what was sent makes one wait for the other.
    calls = [caller(key_make(cast, cast.medical)[1]) for _ in range(2)]

    def send(number: int) -> list[Any]:
        try:
            return [
                calls[number % 2]("/tables/inpatient", table(stay()), key="at-once").json(),
                calls[number % 2]("/clues", clue(cast), key="at-once-too").json(),
            ]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))
    assert len(imports()) == len(clues()) == 1
    for each in (0, 1):
        repeated = sorted(answer[each]["is_repeated"] for answer in answers)
        assert repeated == [False] + [True] * 7
    assert {answer[0]["import_id"] for answer in answers} == {imports()[0].pk}
    assert {answer[1]["clue_id"] for answer in answers} == {clues()[0].pk}


def test_the_causes_of_the_interface_are_those_of_the_code_list() -> None:
    assert set(get_args(Cause)) == {risk.value for risk in Risk}
