"""The desk's three lists for every kind of organisation: rows that add up to their counts, and nothing of others."""

from __future__ import annotations

from datetime import timedelta

from tests.factories.casework import AT, Walk, case_make
from tests.factories.cast import Cast

from shouwang.casework import services
from shouwang.casework.selectors import (
    Desk,
    case_stage_action,
    desk_late,
    desk_returned,
    desk_soon,
    desk_waiting,
)
from shouwang.people.access import Viewer, acting_as

DAY = AT.date()
STAGES = ("check", "dispatch", "answers", "review", "decide", "help", "visit")


def ids(desk: Desk) -> tuple[list[int], list[int]]:
    return [case.pk for case in desk.cases], [task.pk for task in desk.tasks]


def waiting(viewer: Viewer) -> tuple[list[int], list[int]]:
    with acting_as(viewer):
        return ids(desk_waiting(viewer, DAY))


def all_stages(cast: Cast) -> dict[str, Walk]:
    return {stage: case_make(cast, upto=stage) for stage in STAGES}


def test_each_case_waits_on_exactly_one_desk(cast: Cast) -> None:
    walks = all_stages(cast)
    holders = {
        "check": "township",
        "dispatch": "county",
        "review": "county",
        "decide": "leader",
        "help": "county",
        "visit": "county",
    }
    members = cast.members()
    for stage, walk in walks.items():
        found = {name for name, viewer in members.items() if walk.case_id in waiting(viewer)[0]}
        assert found == ({holders[stage]} if stage in holders else set()), stage


def test_what_waits_is_what_may_be_acted_on(cast: Cast) -> None:
    walks = all_stages(cast)
    for viewer in (cast.officer, cast.township, cast.county, cast.leader, cast.city, cast.auditor):
        mine = set(waiting(viewer)[0])
        with acting_as(viewer):
            for stage, walk in walks.items():
                action = case_stage_action(viewer, walk.case)
                assert (walk.case_id in mine) == (action.may_act and stage != "answers")


def test_tasks_wait_on_the_desk_of_the_asked_organisation(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch()
    for viewer, key in (
        (cast.medical, "check_medical"),
        (cast.civil, "check_civil"),
        (cast.insurer, "check_insurer"),
        (cast.township, "check_township"),
    ):
        assert waiting(viewer)[1] == [walk.tasks(key=key)[0].pk]
    for viewer in (cast.labour, cast.neighbour_medical, cast.county, cast.sibling_township):
        assert waiting(viewer)[1] == []


def test_late_is_what_of_the_waiting_is_past_its_day(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")  # due on 2020-06-28, the working Sunday
    due = walk.case.due_on
    assert due is not None
    with acting_as(cast.county):
        assert ids(desk_late(cast.county, due)) == ([], [])
        assert ids(desk_soon(cast.county, due)) == ([walk.case_id], [])
        assert ids(desk_late(cast.county, due + timedelta(days=1))) == ([walk.case_id], [])
        assert ids(desk_soon(cast.county, due + timedelta(days=1))) == ([], [])
    walk.dispatch(["check_medical"])
    task = walk.tasks()[0]
    with acting_as(cast.medical):
        assert ids(desk_late(cast.medical, task.due_on)) == ([], [])
        assert ids(desk_late(cast.medical, task.due_on + timedelta(days=1))) == ([], [task.pk])


def test_what_came_back_to_the_county_are_cases_with_answers_or_decisions(cast: Cast) -> None:
    walks = all_stages(cast)
    with acting_as(cast.county):
        back, _ = ids(desk_returned(cast.county, DAY))
    assert set(back) == {walks["review"].case_id, walks["help"].case_id}


def test_what_came_back_to_the_officer_is_what_became_of_her_reports(cast: Cast) -> None:
    rejected = case_make(cast, upto="review").review(conforms=False)
    case_make(cast, upto="review")
    closed = rejected.case.closed_on
    assert closed is not None
    for viewer, expected in ((cast.officer, [rejected.case_id]), (cast.sibling_officer, [])):
        with acting_as(viewer):
            assert ids(desk_returned(viewer, closed))[0] == expected
    with acting_as(cast.officer):
        assert ids(desk_returned(cast.officer, closed + timedelta(days=15)))[0] == []


def test_a_report_sent_back_waits_for_the_officer(cast: Cast) -> None:
    walk = case_make(cast)
    with acting_as(cast.township):
        services.case_check(
            viewer=cast.township, case_id=walk.case_id, version=walk.version, passes=False, reason="缺发票", at=AT
        )
    assert waiting(cast.officer)[0] == [walk.case_id]
    assert waiting(cast.sibling_officer)[0] == []


def test_a_second_question_came_back_to_the_department(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    with acting_as(cast.county):
        services.case_judge(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, move="ask_again", reason="不全", at=AT
        )
    walk.dispatch(["check_medical"])
    with acting_as(cast.medical):
        assert ids(desk_returned(cast.medical, DAY))[1] == [walk.tasks(state="OPEN")[0].pk]
