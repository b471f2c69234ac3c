"""The pages of a case, read and posted by those whose turn it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import Walk, case_make
from tests.factories.cast import Cast, sign_in

from shouwang.people.access import Viewer


def page(client: Client, viewer: Viewer, name: str, *arguments: object, status: int = 200, query: str = "") -> str:
    response = sign_in(client, viewer).get(reverse(f"casework:{name}", args=arguments) + query)
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def post(
    client: Client, viewer: Viewer, name: str, *arguments: object, data: dict[str, object], status: int = 302
) -> str:
    response = sign_in(client, viewer).post(reverse(f"casework:{name}", args=arguments), data)
    assert response.status_code == status, response.content.decode()[:3000]
    return response.content.decode()


@pytest.fixture
def reviewed(cast: Cast) -> Walk:
    return case_make(cast, upto="review")


@pytest.mark.parametrize("upto", ["check", "dispatch", "answers", "review", "decide", "help", "visit", "closed"])
def test_the_case_page_shows_every_stage(client: Client, cast: Cast, upto: str) -> None:
    walk = case_make(cast, upto=upto)
    for viewer in (cast.officer, cast.township, cast.county, cast.leader, cast.city, cast.province):
        text = page(client, viewer, "case", walk.case_id)
        assert "张胜坤" in text
        assert "爱人患胃癌" in text


def test_the_list_shows_the_case_and_keeps_its_filters(client: Client, cast: Cast) -> None:
    case_make(cast, upto="dispatch")
    assert "张胜坤" in page(client, cast.county, "list")
    assert "张胜坤" in page(
        client, cast.county, "list", query="?list=waiting&act=dispatch&cause=ILLNESS&area=130529101"
    )
    assert "张胜坤" not in page(client, cast.county, "list", query="?cause=STUDY")
    assert "张胜坤" not in page(client, cast.neighbour, "list")


def test_the_county_sends_out_from_the_page(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    text = page(client, cast.county, "dispatch", walk.case_id)
    assert "何医保" not in text and "巨鹿县医疗保障局" in text
    assert "本县还没有登记这个单位" in text  # 卫健 is not in the cast
    post(
        client,
        cast.county,
        "dispatch",
        walk.case_id,
        data={"version": walk.version, "tasks": ["check_medical", "check_civil"], "note": "请尽快"},
    )
    assert [task.key for task in walk.tasks()] == ["check_medical", "check_civil"]


def test_sending_to_nobody_is_refused_beside_the_list(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    text = post(client, cast.county, "dispatch", walk.case_id, data={"version": walk.version}, status=422)
    assert "至少选一个核查单位" in text


def test_a_department_answers_on_its_page(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch", at=timezone.now() - timedelta(hours=9)).dispatch()
    task = walk.tasks(key="check_medical")[0]
    assert "张胜坤" in page(client, cast.medical, "tasks")
    text = page(client, cast.medical, "task", task.pk)
    assert "是否符合救助条件？" in text
    assert "爱人患胃癌" in text
    assert "130598" in text  # the masked ID that this task needs
    post(
        client,
        cast.medical,
        "task",
        task.pk,
        data={
            "version": task.version,
            "meets": "yes",
            "figure_aid_fen": "14,269.13",
            "figure_gross_fen": "",
            "reasons": "住院费用属实",
        },
    )
    done = walk.tasks(key="check_medical")[0]
    assert done.state == "ANSWERED"
    after = page(client, cast.medical, "task", task.pk)
    assert "张胜坤" not in after and "14,269.13" in after
    assert "张胜坤" not in page(client, cast.medical, "tasks", query="?list=done")


def test_a_wrong_amount_stands_beside_its_field(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch()
    task = walk.tasks(key="check_medical")[0]
    data = {"version": task.version, "meets": "yes", "figure_aid_fen": "一万多", "reasons": "属实"}
    assert "有 1 处需要修改" in post(client, cast.medical, "task", task.pk, data=data, status=422)


def test_the_review_page_puts_the_answers_side_by_side(client: Client, cast: Cast, reviewed: Walk) -> None:
    text = page(client, cast.county, "judge", reviewed.case_id)
    assert "4 个单位已反馈：4 个符合，0 个不符合" in text
    data = {"version": reviewed.version, "move": "conform", "reason": "核查属实"}
    post(client, cast.county, "judge", reviewed.case_id, data=data)
    assert reviewed.case.act == "decide"


def test_a_rejection_is_asked_once_and_told(client: Client, cast: Cast, reviewed: Walk) -> None:
    data: dict[str, object] = {"version": reviewed.version, "move": "reject", "reason_key": "covered"}
    asked = post(client, cast.county, "judge", reviewed.case_id, data=data, status=200)
    assert "自付部分没有达到救助标准" in asked
    assert reviewed.case.is_open
    post(client, cast.county, "judge", reviewed.case_id, data={**data, "confirm": "1"})
    assert reviewed.case.outcome == "REJECTED"
    assert "审核未通过" in page(client, cast.officer, "case", reviewed.case_id)


def test_a_rejection_without_a_reason_is_refused(client: Client, cast: Cast, reviewed: Walk) -> None:
    data = {"version": reviewed.version, "move": "reject"}
    assert "要选一项理由" in post(client, cast.county, "judge", reviewed.case_id, data=data, status=422)


def test_a_stale_review_shows_mine_beside_theirs(client: Client, cast: Cast, reviewed: Walk) -> None:
    old = reviewed.version
    reviewed.review()
    data = {"version": old, "move": "conform", "reason": "我的意见"}
    # The case has gone on to another stage, where the county does not act.
    response = sign_in(client, cast.county).post(reverse("casework:judge", args=[reviewed.case_id]), data)
    assert response.status_code == 409


def test_the_leading_group_decides_several_alike(client: Client, cast: Cast) -> None:
    walks = [case_make(cast, upto="decide") for _ in range(3)]
    assert "共 3 件" in page(client, cast.leader, "meeting")
    data: dict[str, object] = {
        "case": [f"{walk.case_id}:{walk.version}" for walk in walks[:2]],
        "move": "approve",
        "clause": "实施细则第二步",
        "reason": "符合条件",
    }
    asked = post(client, cast.leader, "meeting", data=data, status=200)
    assert "同意救助（2 户）" in asked
    post(client, cast.leader, "meeting", data={**data, "confirm": "1"})
    assert [walk.case.act for walk in walks] == ["help", "help", "decide"]


def test_one_stale_case_of_several_is_named_and_the_rest_decided(client: Client, cast: Cast) -> None:
    walks = [case_make(cast, upto="decide") for _ in range(2)]
    data: dict[str, object] = {
        "case": [f"{walks[0].case_id}:{walks[0].version}", f"{walks[1].case_id}:{walks[1].version - 1}"],
        "move": "approve",
        "clause": "实施细则第二步",
        "reason": "符合条件",
        "confirm": "1",
    }
    text = post(client, cast.leader, "meeting", data=data, status=200)
    assert "有 1 个案件没有决定" in text
    assert [walk.case.act for walk in walks] == ["help", "decide"]


def test_a_case_is_closed_on_its_way_after_asking_once(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    data: dict[str, object] = {"version": walk.version, "closing": "withdrawn", "reason": "误报"}
    assert "不能再改" in post(client, cast.county, "close", walk.case_id, data=data, status=200)
    post(client, cast.county, "close", walk.case_id, data={**data, "confirm": "1"})
    assert walk.case.outcome == "WITHDRAWN"


def test_a_task_is_withdrawn_with_its_reason(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch()
    task = walk.tasks(key="check_civil")[0]
    assert "不再能看到这一户" in page(client, cast.county, "task_withdraw", task.pk)
    post(client, cast.county, "task_withdraw", task.pk, data={"version": task.version, "reason": "送错单位"})
    assert walk.tasks(key="check_civil")[0].state == "WITHDRAWN"


def test_the_neighbouring_county_finds_nothing(client: Client, cast: Cast, reviewed: Walk) -> None:
    for name in ("case", "dispatch", "judge", "close"):
        response = sign_in(client, cast.neighbour).get(reverse(f"casework:{name}", args=[reviewed.case_id]))
        assert response.status_code == 404
        assert "张胜坤" not in response.content.decode()


def test_the_policy_is_named_with_the_date_of_its_version_and_no_hash(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    version = walk.case.pack_version
    text = page(client, cast.county, "case", walk.case_id)
    assert f"{version.name}（{timezone.localdate(version.loaded_at):%Y-%m-%d} 版）" in text
    assert version.digest[:8] not in text


def test_what_a_refusal_needs_is_never_called_optional_and_stands_apart(
    client: Client, cast: Cast, reviewed: Walk
) -> None:
    text = page(client, cast.county, "judge", reviewed.case_id)
    form = text[text.index("<form method=") : text.index("记下综合研判复核的决定")]
    assert "选填" not in form
    assert "选“不符合，告知并结案”时填" in form
    group = form[form.index("选“不符合，告知并结案”时填") : form.rindex("</fieldset>")]
    assert "不予救助的理由" in group and "告知农户的话" in group and "理由和意见" not in group


def test_one_thing_that_is_missing_is_said_once(client: Client, cast: Cast, reviewed: Walk) -> None:
    for typed, said in (
        ({}, "要选一项理由"),
        ({"reason": "不符合"}, "请写明告知农户的话"),
        ({"told": "您家不符合"}, "要选一项理由"),
    ):
        data = {"version": reviewed.version, "move": "reject", **typed}
        text = post(client, cast.county, "judge", reviewed.case_id, data=data, status=422)
        assert "有 1 处需要修改" in text and said in text
    data = {"version": reviewed.version, "move": "conform"}
    text = post(client, cast.county, "judge", reviewed.case_id, data=data, status=422)
    assert "有 1 处需要修改" in text and "要写明理由" in text


def test_the_townships_check_says_when_a_reason_is_needed(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="check")
    text = page(client, cast.township, "judge", walk.case_id)
    assert "“退回补充”时要写；别的决定可以不写" in text and "选填" not in text[text.index("<form method=") :]


def test_a_case_has_one_word_for_its_number(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    assert f"案件号 {walk.case_id}" in page(client, cast.county, "case", walk.case_id)
