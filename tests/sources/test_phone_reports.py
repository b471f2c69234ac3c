"""Reports from phones: each once, each with its own answer, conflicts with both sides, clocks that are off."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make
from tests.factories.sources import report_make

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.services import device_add, device_lock
from shouwang.register.models import Household, Membership, Spending
from shouwang.sources.models import Clue

pytestmark = pytest.mark.django_db
REPORTS = "/api/phone/reports"


@pytest.fixture
def phone(cast: Cast, client: Client) -> Client:
    return sign_in(client, cast.officer)


@pytest.fixture
def household(cast: Cast) -> Household:
    return household_make(cast.places.village.lo, members=[("李秀兰", "SPOUSE")])


def form(key: str, household: Household | None = None, **changes: Any) -> dict[str, Any]:
    now = timezone.now().isoformat()
    said = {
        "key": key, "cause": "ILLNESS", "occurred_on": "2020-06-20", "summary": "查出胃癌，在县医院手术",
        "gross_fen": 10_000_000, "written_at": now,
    }  # fmt: skip
    if household is not None:
        said |= {"household_id": household.pk, "known_at": now}
    return said | changes


def send(phone: Client, *forms: dict[str, Any], device_now: str = "", headers: dict[str, str] | None = None) -> Any:
    body = {"device_now": device_now or timezone.now().isoformat(), "reports": list(forms)}
    return phone.post(REPORTS, json.dumps(body), content_type="application/json", headers=headers)


def results(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def clues() -> list[Clue]:
    with acting_as(SYSTEM):
        return list(Clue.objects.order_by("pk"))


def test_each_report_has_its_own_result_and_its_own_entry_in_the_log(phone: Client, household: Household) -> None:
    told = results(
        send(phone, form("a", household), form("b", household, summary=""), form("c", household, cause="STUDY"))
    )
    assert [each["state"] for each in told] == ["accepted", "refused", "accepted"]
    assert told[1]["code"] == "summary-missing" and told[1]["field"] == "summary"
    assert [clue.cause for clue in clues()] == ["ILLNESS", "STUDY"]
    assert {each["clue_id"] for each in told if each["state"] == "accepted"} == {clue.pk for clue in clues()}
    assert all(clue.channel == "OFFICER" for clue in clues())
    with acting_as(SYSTEM):
        entries = Entry.objects.filter(action="clue.report")
        assert sorted(entries.values_list("subject_id", flat=True)) == [clue.pk for clue in clues()]


def test_sent_again_it_is_not_done_again_and_the_answer_is_the_same(phone: Client, household: Household) -> None:
    said = form("a", household)
    first = results(send(phone, said))[0]
    second, third = results(send(phone, said))[0], results(send(phone, said, form("b", household, cause="STUDY")))[0]
    assert len(clues()) == 2
    assert second == third == first | {"is_repeated": True}


def test_the_same_key_with_another_body_is_refused_and_nothing_changes(phone: Client, household: Household) -> None:
    said = form("a", household)
    results(send(phone, said))
    told = results(send(phone, said | {"summary": "另一件事"}))[0]
    assert (told["state"], told["code"]) == ("refused", "key-reused")
    assert [clue.summary for clue in clues()] == ["查出胃癌，在县医院手术"]


def test_a_refused_report_is_mended_under_its_own_key(phone: Client, household: Household) -> None:
    assert results(send(phone, form("a", household, cause="OTHER")))[0]["code"] == "cause-note-missing"
    assert results(send(phone, form("a", household, cause="OTHER", cause_note="牲畜病死")))[0]["state"] == "accepted"


def test_one_batch_takes_twenty_and_no_more(phone: Client, household: Household) -> None:
    causes = ["ILLNESS", "STUDY", "DISASTER", "ACCIDENT"]
    forms = [form(f"k{i}", household, cause=causes[i % 4], summary=f"第 {i} 件事") for i in range(21)]
    answer = send(phone, *forms)
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unreadable"
    assert not clues()
    assert {each["state"] for each in results(send(phone, *forms[:20]))} == {"accepted"}
    assert len(clues()) == 20


def test_two_forms_of_a_batch_cannot_share_a_key(phone: Client, household: Household) -> None:
    answer = send(phone, form("a", household), form("a", household, cause="STUDY"))
    assert answer.status_code == 409 and answer.json()["code"] == "key-twice"
    assert not clues()


def test_what_another_phone_reported_meanwhile_comes_back_beside_it(
    cast: Cast, phone: Client, household: Household
) -> None:
    known_at = (timezone.now() - timedelta(hours=3)).isoformat()
    theirs = report_make(cast.township, household.pk, summary="走访知道的", self_paid_fen=2_000_000, gross_fen=None)
    said = form("a", household, known_at=known_at)
    told = results(send(phone, said))[0]
    assert told["state"] == "conflict" and len(clues()) == 1
    [beside] = told["theirs"]
    assert (beside["clue_id"], beside["summary"], beside["self_paid_fen"]) == (
        theirs.pk,
        "走访知道的",
        2_000_000,
    )
    assert cast.township.organisation_name in beside["reporter"]
    told = results(send(phone, said | {"despite": [theirs.pk]}))[0]
    assert told["state"] == "accepted" and len(clues()) == 2


@pytest.mark.parametrize("changes", [{"cause": "STUDY"}, {"known_at": None}])
def test_another_cause_or_a_phone_that_knew_nothing_is_no_conflict(
    cast: Cast, phone: Client, household: Household, changes: dict[str, Any]
) -> None:
    known_at = (timezone.now() - timedelta(hours=3)).isoformat()
    report_make(cast.township, household.pk)
    assert results(send(phone, form("a", household, **({"known_at": known_at} | changes))))[0]["state"] == "accepted"


def test_what_the_phone_knew_already_is_no_conflict(cast: Cast, phone: Client, household: Household) -> None:
    report_make(cast.township, household.pk)
    assert results(send(phone, form("a", household)))[0]["state"] == "accepted"


@pytest.mark.parametrize("days", [-3, 0, 3])
def test_a_clock_three_days_off_is_taken_and_kept_with_its_offset(
    phone: Client, household: Household, days: int
) -> None:
    off = timezone.now() + timedelta(days=days)
    said = form("a", household, written_at=(off - timedelta(hours=2)).isoformat())
    assert results(send(phone, said, device_now=off.isoformat()))[0]["state"] == "accepted"
    [clue] = clues()
    kept = clue.details["device"]
    assert abs(kept["offset_seconds"] + days * 86_400) <= 5
    written = timezone.datetime.fromisoformat(kept["written_at"])
    assert abs((clue.reported_at - written) - timedelta(hours=2)) < timedelta(seconds=5)
    assert kept["received_at"] == clue.reported_at.isoformat() and kept["device_sent_at"] == off.isoformat()


def test_a_day_to_come_is_refused_and_the_fast_clock_is_named(phone: Client, household: Household) -> None:
    ahead = timezone.now() + timedelta(days=3)
    day = timezone.localdate(ahead).isoformat()
    told = results(send(phone, form("a", household, occurred_on=day), device_now=ahead.isoformat()))[0]
    assert (
        told["code"] == "occurred-ahead-of-clock" and "快了 3 天" in told["detail"] and told["field"] == "occurred_on"
    )
    told = results(send(phone, form("a", household, occurred_on=day)))[0]
    assert told["code"] == "occurred-in-future"
    today = timezone.localdate().isoformat()
    assert (
        results(send(phone, form("a", household, occurred_on=today), device_now=ahead.isoformat()))[0]["state"]
        == "accepted"
    )


def spending(household: Household, *, on: date = date(2020, 5, 9)) -> Spending:
    with acting_as(SYSTEM):
        head = Membership.objects.get(household=household, relationship="HEAD")
        return Spending.objects.create(
            slot=household.slot, household=household, person_id=head.person_id, cause="ILLNESS", source="medical",
            event_date=on, gross_fen=2_426_913, reimbursed_fen=1_426_913, self_paid_fen=1_000_000,
            recorded_at=timezone.now(),
        )  # fmt: skip


def test_a_known_event_is_not_asked_again(phone: Client, household: Household) -> None:
    event = spending(household)
    bare = {"cause": "", "occurred_on": None, "gross_fen": None, "spending_id": event.pk, "asked": 1, "known": 7}
    assert results(send(phone, form("a", household, **bare)))[0]["state"] == "accepted"
    [clue] = clues()
    assert (clue.cause, clue.occurred_on, clue.gross_fen, clue.self_paid_fen) == (
        "ILLNESS", date(2020, 5, 9), 2_426_913, 1_000_000,
    )  # fmt: skip
    assert clue.person_id == event.person_id
    assert (clue.details["asked"], clue.details["known"], clue.details["spending_id"]) == (1, 7, event.pk)


def test_a_known_field_asked_again_needs_a_reason(phone: Client, household: Household) -> None:
    event = spending(household)
    said = form("a", household, cause="", occurred_on=None, gross_fen=3_000_000, spending_id=event.pk)
    told = results(send(phone, said))[0]
    assert (told["code"], told["field"]) == ("known-field-needs-reason", "gross_fen")
    assert results(send(phone, said | {"again": {"gross_fen": "  "}}))[0]["code"] == "known-field-needs-reason"
    assert results(send(phone, said | {"again": {"gross_fen": "又交了一次押金"}}))[0]["state"] == "accepted"
    [clue] = clues()
    assert (
        clue.gross_fen == 3_000_000
        and clue.details["asked_again"] == ["gross_fen"]
        and "又交了一次押金" in clue.summary
    )


def test_an_event_of_another_household_is_refused(cast: Cast, phone: Client, household: Household) -> None:
    other = household_make(cast.places.village.lo, head="王二")
    told = results(send(phone, form("a", household, spending_id=spending(other).pk)))[0]
    assert told["code"] == "event-unknown"


def test_somebody_elses_household_and_a_stranger_in_the_household_are_refused(
    cast: Cast, phone: Client, household: Household
) -> None:
    away = household_make(cast.places.neighbour_village.lo, head="外县人")
    told = results(send(phone, form("a", away), form("b", household, person_id=2**40)))
    assert [each["code"] for each in told] == ["household-elsewhere", "person-elsewhere"]
    assert not clues()


def test_somebody_unregistered_is_reported_by_name_in_her_own_village(cast: Cast, phone: Client) -> None:
    said = form("a", person_name="赵小满", person_note="村东头第二家", village=cast.places.village.lo)
    away = form("b", person_name="赵小满", person_note="村东头", village=cast.places.neighbour_village.lo)
    told = results(send(phone, said, away))
    assert [each["state"] for each in told] == ["accepted", "refused"]
    assert told[1]["code"] == "household-elsewhere"


def test_a_locked_phone_sends_nothing(cast: Cast, phone: Client, household: Household) -> None:
    with acting_as(cast.officer):
        device, token = device_add(viewer=cast.officer, label="旧手机", at=timezone.now())
    assert results(send(phone, form("a", household), headers={"X-Device": token}))[0]["state"] == "accepted"
    with acting_as(cast.administrator):
        device_lock(viewer=cast.administrator, device=device, at=timezone.now(), reason="丢了")
    answer = send(phone, form("b", household, cause="STUDY"), headers={"X-Device": token})
    assert answer.status_code == 409 and answer.json()["code"] == "device-locked"
    assert len(clues()) == 1


def test_who_is_not_signed_in_or_has_no_business_here_is_told_in_a_problem(cast: Cast, client: Client) -> None:
    answer = client.get("/api/phone/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-needed")
    answer = sign_in(client, cast.medical).get("/api/phone/me")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_a_write_without_the_token_of_the_pages_is_refused(cast: Cast, household: Household) -> None:
    strict = sign_in(Client(enforce_csrf_checks=True), cast.officer)
    assert send(strict, form("a", household)).status_code == 403
    csrf = strict.get("/api/phone/me").json()["csrf"]
    assert results(send(strict, form("a", household), headers={"X-CSRFToken": csrf}))[0]["state"] == "accepted"


def test_the_phone_gets_her_villages_and_nothing_that_is_not_for_a_phone(
    cast: Cast, phone: Client, household: Household
) -> None:
    me = phone.get("/api/phone/me").json()
    assert [village["slot"] for village in me["villages"]] == [cast.places.village.lo]
    event = spending(household, on=timezone.localdate() - timedelta(days=30))
    spending(household, on=timezone.localdate() - timedelta(days=400))
    page = phone.get(f"/api/phone/households?village={cast.places.village.lo}").json()
    [copy] = page["households"]
    assert [member["name"] for member in copy["members"]] == ["张胜坤", "李秀兰"]
    assert [each["id"] for each in copy["events"]] == [event.pk]
    assert copy["known"] == 5 and page["next_after"] is None
    assert phone.get(f"/api/phone/households?village={cast.places.neighbour_village.lo}").status_code == 409


def test_households_come_in_pages_each_once(cast: Cast, phone: Client, django_assert_max_num_queries: Any) -> None:
    made = [household_make(cast.places.village.lo, head=f"户主{i}").pk for i in range(53)]
    seen, after = [], 0
    while after is not None:
        with django_assert_max_num_queries(25):
            page = phone.get(f"/api/phone/households?village={cast.places.village.lo}&after={after}").json()
        seen += [copy["id"] for copy in page["households"]]
        after = page["next_after"]
    assert seen == made


def test_a_batch_costs_the_same_queries_however_many_reports_it_holds(
    phone: Client, household: Household, django_assert_max_num_queries: Any
) -> None:
    causes = ["ILLNESS", "STUDY", "DISASTER", "ACCIDENT"]
    forms = [form(f"k{i}", household, cause=causes[i % 4], summary=f"第 {i} 件事") for i in range(20)]
    with django_assert_max_num_queries(30):
        results(send(phone, *forms))


def test_the_interface_describes_itself(client: Client) -> None:
    document = client.get("/api/phone/openapi.json").json()
    assert "/api/phone/reports" in document["paths"] and document["openapi"].startswith("3.")
