"""A second actor on the same case sees the first one's change and is refused a stale write."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.casework import AT, case_make, clue_make, second_clerk
from tests.factories.cast import Cast, sign_in

from shouwang.casework import services
from shouwang.casework.errors import CaseStale
from shouwang.people.access import StaleWrite, acting_as


def test_a_stale_write_is_refused_and_says_who_changed_what(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    seen = walk.version
    other = second_clerk(cast)
    with acting_as(other):
        services.case_dispatch(viewer=other, case_id=walk.case_id, version=seen, tasks=["check_medical"], at=walk.at)
    with acting_as(cast.county), pytest.raises(CaseStale) as refused:
        services.case_dispatch(
            viewer=cast.county, case_id=walk.case_id, version=seen, tasks=["check_civil"], at=walk.at
        )
    assert isinstance(refused.value, StaleWrite)
    assert "张复核" in refused.value.message
    assert refused.value.version == walk.version
    assert [event.what for event in refused.value.theirs] == ["SENT"]  # type: ignore[attr-defined]
    assert [task.key for task in walk.tasks()] == ["check_medical"]


def test_a_joined_report_makes_the_reviewers_page_stale(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    seen = walk.version
    clue = clue_make(cast.officer, walk.case.household_id)
    services.clue_take(clue_id=clue.pk, at=AT)
    with acting_as(cast.county), pytest.raises(CaseStale):
        services.case_review(
            viewer=cast.county, case_id=walk.case_id, version=seen, conforms=True, reason="核查属实", at=AT
        )


def test_the_stale_page_keeps_what_was_typed(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    seen = walk.version
    clue = clue_make(cast.officer, walk.case.household_id)
    services.clue_take(clue_id=clue.pk, at=AT)
    address = reverse("casework:judge", args=[walk.case_id])
    data = {"version": seen, "move": "conform", "reason": "我的研判意见"}
    response = sign_in(client, cast.county).post(address, data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "并入本案" in text
    assert "我的研判意见" in text
    assert f'name="version" value="{walk.version}"' in text
    resumed = client.post(address, {**data, "version": walk.version, "resume": "1"})
    assert "我的研判意见" in resumed.content.decode()
    assert walk.case.act == "review"
    client.post(address, {**data, "version": walk.version})
    assert walk.case.act == "decide"


def test_a_slower_clerk_sees_who_sent_the_case_out_and_keeps_her_note(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    seen = walk.version
    other = second_clerk(cast)
    with acting_as(other):
        services.case_dispatch(viewer=other, case_id=walk.case_id, version=seen, tasks=["check_medical"], at=walk.at)
    address = reverse("casework:dispatch", args=[walk.case_id])
    data = {"version": seen, "tasks": ["check_civil"], "note": "这户先查低保"}
    response = sign_in(client, cast.county).post(address, data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "张复核" in text and "送核查：巨鹿县医疗保障局" in text
    assert "这户先查低保" in text
    assert "这一步已经不用再办" in text and 'name="resume"' not in text
    assert [task.key for task in walk.tasks()] == ["check_medical"]


def test_a_dispatch_overtaken_by_a_report_goes_on_with_what_was_typed(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    seen = walk.version
    services.clue_take(clue_id=clue_make(cast.officer, walk.case.household_id).pk, at=AT)
    address = reverse("casework:dispatch", args=[walk.case_id])
    data = {"version": seen, "tasks": ["check_civil"], "note": "这户先查低保"}
    late = sign_in(client, cast.county).post(address, data)
    assert late.status_code == 409 and "并入本案" in late.content.decode()
    resumed = client.post(address, {**data, "version": walk.version, "resume": "1"}).content.decode()
    assert "这户先查低保" in resumed and walk.tasks() == []
    client.post(address, {**data, "version": walk.version})
    assert [task.key for task in walk.tasks()] == ["check_civil"]


def test_a_review_of_a_case_that_went_on_shows_the_others_words_and_mine(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    seen = walk.version
    walk.reviewer = second_clerk(cast)
    walk.review()
    data = {"version": seen, "move": "reject", "reason_key": "covered", "reason": "我的研判意见"}
    response = sign_in(client, cast.county).post(reverse("casework:judge", args=[walk.case_id]), data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "张复核" in text and "各单位核查属实" in text
    assert "我的研判意见" in text and "不符合，告知并结案" in text
    assert 'name="resume"' not in text


def test_a_case_closed_meanwhile_keeps_the_reason_of_the_slower(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    seen = walk.version
    other = second_clerk(cast)
    with acting_as(other):
        services.case_withdraw(viewer=other, case_id=walk.case_id, version=seen, reason="重复上报", at=walk.at)
    data = {"version": seen, "closing": "withdrawn", "reason": "农户来电撤回"}
    response = sign_in(client, cast.county).post(reverse("casework:close", args=[walk.case_id]), data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "张复核" in text and "重复上报" in text and "农户来电撤回" in text and "农户撤回或误报" in text


def test_a_second_answer_to_a_task_sees_the_first(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch()
    task = walk.tasks(key="check_medical")[0]
    walk.answer(task)
    data = {"version": task.version, "meets": "no", "figure_aid_fen": "12.00", "reasons": "我查到的情况"}
    response = sign_in(client, cast.medical).post(reverse("casework:task", args=[task.pk]), data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "何医保" in text and "核查属实" in text
    assert "我查到的情况" in text and "12.00" in text
    assert "张胜坤" not in text
    assert reverse("casework:case", args=[walk.case_id]) not in text


def test_a_task_answered_meanwhile_cannot_be_withdrawn_and_says_by_whom(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch()
    task = walk.tasks(key="check_medical")[0]
    walk.answer(task)
    address = reverse("casework:task_withdraw", args=[task.pk])
    response = sign_in(client, cast.county).post(address, {"version": task.version, "reason": "送错单位"})
    text = response.content.decode()
    assert response.status_code == 409
    assert "何医保" in text and "送错单位" in text


def test_going_back_from_the_meetings_question_decides_nothing(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="decide")
    data: dict[str, object] = {
        "case": [f"{walk.case_id}:{walk.version}"], "move": "approve", "clause": "实施细则第二步",
        "reason": "符合条件", "confirm": "1", "resume": "1",
    }  # fmt: skip
    response = sign_in(client, cast.leader).post(reverse("casework:meeting"), data)
    text = response.content.decode()
    assert response.status_code == 200
    assert "实施细则第二步" in text and "符合条件" in text and "checked" in text
    assert walk.case.act == "decide"


def test_a_meeting_overtaken_on_every_case_keeps_what_was_typed(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="decide")
    seen = walk.version
    walk.decide()
    data: dict[str, object] = {
        "case": [f"{walk.case_id}:{seen}"], "move": "refuse", "clause": "实施细则第二步", "reason_key": "covered",
        "reason": "我的意见",
    }  # fmt: skip
    response = sign_in(client, cast.leader).post(reverse("casework:meeting"), data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "同意救助" in text and "我的意见" in text and "不同意，告知并结案" in text


def test_the_meeting_asks_only_about_cases_nobody_was_faster_with(client: Client, cast: Cast) -> None:
    walks = [case_make(cast, upto="decide") for _ in range(2)]
    seen = [f"{walk.case_id}:{walk.version}" for walk in walks]
    walks[0].decide()
    data: dict[str, object] = {"case": seen, "move": "approve", "clause": "实施细则第二步", "reason": "符合条件"}
    text = sign_in(client, cast.leader).post(reverse("casework:meeting"), data).content.decode()
    assert "同意救助（1 户）" in text and "别人刚办过" in text
    assert f'value="{seen[1]}"' in text and f'value="{seen[0]}"' not in text


@pytest.mark.parametrize("version", ["9" * 5000, "", "二", "-1"])
@pytest.mark.parametrize("page", ["dispatch", "judge", "close"])
def test_an_unreadable_version_is_refused_in_a_sentence(client: Client, cast: Cast, page: str, version: str) -> None:
    walk = case_make(cast, upto="dispatch")
    address = reverse(f"casework:{page}", args=[walk.case_id])
    response = sign_in(client, cast.county).post(address, {"version": version, "tasks": ["check_civil"]})
    assert response.status_code == 409
    assert "没有保存" in response.content.decode()


@pytest.mark.parametrize("version", ["9" * 5000, ""])
def test_an_unreadable_version_of_a_task_is_refused_in_a_sentence(client: Client, cast: Cast, version: str) -> None:
    walk = case_make(cast, upto="dispatch").dispatch()
    task = walk.tasks(key="check_medical")[0]
    data = {"version": version, "meets": "yes", "figure_aid_fen": "1.00", "reasons": "属实", "reason": "送错"}
    for viewer, page in ((cast.medical, "task"), (cast.county, "task_withdraw")):
        response = sign_in(client, viewer).post(reverse(f"casework:{page}", args=[task.pk]), data)
        assert response.status_code == 409
        assert "没有保存" in response.content.decode()
    assert walk.tasks(key="check_medical")[0].state == "OPEN"
