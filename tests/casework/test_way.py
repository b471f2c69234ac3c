"""The ways of a case through 邢台's four steps: green, blue, still at risk, handed over, asked again, late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests.factories.casework import AT, Walk, case_make, clue_make, pack_changed, workflow_ready
from tests.factories.cast import Cast
from tests.factories.papers import ready_photo
from tests.factories.register import household_make

from shouwang.casework import services
from shouwang.casework.errors import CaseClosed, NotAssisted, StatementMissing, TaskClosed, WrongStage
from shouwang.casework.models import CaseEvent, Decision
from shouwang.casework.selectors import case_timeline
from shouwang.casework.views.heads import case_steps
from shouwang.kit.texts import PersonalNumberInText
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.selectors import household_get, state_on
from shouwang.register.services import household_move, household_status_set
from shouwang.sources.models import Clue


def happened(walk: Walk) -> list[str]:
    with acting_as(SYSTEM):
        return list(CaseEvent.objects.filter(case_id=walk.case_id).order_by("pk").values_list("what", flat=True))


def decisions(walk: Walk) -> list[Decision]:
    with acting_as(SYSTEM):
        return list(Decision.objects.filter(case_id=walk.case_id).order_by("pk"))


def test_the_whole_way_ends_green(cast: Cast) -> None:
    walk = case_make(cast, upto="closed")
    case = walk.case
    assert (case.outcome, case.end_name) == ("HELPED", "风险消除")
    assert case.assisted_at is not None
    assert case.visited_at is not None
    assert [decision.act for decision in decisions(walk)] == ["check", "review", "decide"]
    assert happened(walk)[0] == "OPENED"
    assert happened(walk)[-2:] == ["VISITED", "CLOSED"]


def test_an_officers_report_goes_to_the_township_first(cast: Cast) -> None:
    case = case_make(cast).case
    assert (case.stage, case.holder_kind) == ("township_check", "TOWNSHIP")
    assert case.due_on == date(2020, 6, 29)  # two working days over the Dragon Boat holiday, Sunday the 28th works


def test_an_application_goes_straight_to_the_county(cast: Cast) -> None:
    assert case_make(cast, upto="start", channel="APPLICATION", reporter=cast.township).case.stage == "dispatch"


def test_a_rejected_case_is_told_why_and_closed(cast: Cast) -> None:
    walk = case_make(cast, upto="review").review(conforms=False, reason_key="covered")
    assert walk.case.outcome == "REJECTED"
    last = decisions(walk)[-1]
    assert last.reason == "费用已由医保等报销，自付部分未达标准"
    assert last.told.startswith("经核查，您家这笔费用大部分已经报销")


def test_a_rejection_may_be_told_in_own_words(cast: Cast) -> None:
    walk = case_make(cast, upto="review").review(conforms=False, reason_key="covered", told="您家的钱已经报了九成。")
    assert decisions(walk)[-1].told == "您家的钱已经报了九成。"


def test_a_rejection_without_words_for_the_household_is_refused(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    with acting_as(cast.county), pytest.raises(StatementMissing, match="告知农户"):
        services.case_review(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, conforms=False, reason="不符合", at=AT
        )
    assert walk.case.act == "review"


def test_the_leading_group_refuses_under_a_clause(cast: Cast) -> None:
    walk = case_make(cast, upto="decide").decide(approve=False)
    assert walk.case.outcome == "REJECTED"
    assert decisions(walk)[-1].clause == "四步认定救助第二步"


def test_a_decision_without_a_clause_is_refused(cast: Cast) -> None:
    walk = case_make(cast, upto="decide")
    with acting_as(cast.leader), pytest.raises(StatementMissing, match="条款"):
        services.case_decide(
            viewer=cast.leader, case_id=walk.case_id, version=walk.version, approve=True, clause=" ", reason="好", at=AT
        )


def test_a_household_still_at_risk_is_helped_again(cast: Cast) -> None:
    walk = case_make(cast, upto="visit").visit(is_risk_gone=False)
    assert (walk.case.act, walk.case.is_open) == ("settle", True)
    with acting_as(cast.county):
        services.case_help_again(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, reason="再加公益岗位", at=walk.at
        )
    walk.assist().visit()
    assert walk.case.outcome == "HELPED"


def test_a_household_still_at_risk_after_everything_is_handed_over(cast: Cast) -> None:
    case = case_make(cast, upto="visit").visit(is_risk_gone=False).hand_over().case
    assert (case.outcome, case.end_name, case.end_reason) == (
        "HANDED_OVER",
        "转入建档立卡",
        "各项救助之后仍有风险",
    )


def test_help_in_parts_keeps_the_case_in_help(cast: Cast) -> None:
    walk = case_make(cast, upto="help").assist(is_complete=False)
    assert walk.case.act == "help"
    assert walk.case.assisted_at is not None
    assert walk.assist().case.act == "visit"


def test_a_visit_before_help_is_refused(cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    with acting_as(cast.county), pytest.raises(WrongStage):
        services.visited_record(viewer=cast.county, case_id=walk.case_id, is_risk_gone=True, at=AT, data={})
    assert NotAssisted().message


def test_the_reviewer_may_ask_again_and_gets_second_answers(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    with acting_as(cast.county):
        services.case_judge(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, move="ask_again", reason="票据不全", at=AT
        )
    assert (walk.case.act, walk.case.is_returned) == ("dispatch", False)
    walk.dispatch(["check_medical"])
    assert [task.round for task in walk.tasks(state="OPEN")] == [2]
    assert walk.answer_all().case.act == "review"


def test_the_township_may_send_a_report_back_for_more(cast: Cast) -> None:
    walk = case_make(cast)
    with acting_as(cast.township):
        services.case_check(
            viewer=cast.township, case_id=walk.case_id, version=walk.version, passes=False, reason="缺发票", at=AT
        )
    assert (walk.case.act, walk.case.holder_kind) == ("amend", "VILLAGE")
    with acting_as(cast.officer):
        services.case_amend(viewer=cast.officer, case_id=walk.case_id, version=walk.version, reason="已补发票", at=AT)
    assert (walk.case.act, walk.case.is_returned) == ("check", True)


def test_the_county_need_not_wait_for_the_last_answer(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch()
    walk.answer(walk.tasks(key="check_medical")[0])
    with acting_as(cast.county):
        services.case_judge(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, move="early", reason="已够判断", at=AT
        )
    assert walk.case.act == "review"
    before = walk.version
    walk.answer(walk.tasks(key="check_civil")[0])  # a late answer is still taken, and the reviewer will see it
    assert walk.version == before + 1
    assert walk.case.act == "review"


def test_closing_ends_what_is_still_asked(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch()
    with acting_as(cast.county):
        services.case_withdraw(viewer=cast.county, case_id=walk.case_id, version=walk.version, reason="误报", at=AT)
    assert walk.case.outcome == "WITHDRAWN"
    assert {task.state for task in walk.tasks()} == {"WITHDRAWN"}
    task = walk.tasks(key="check_medical")[0]
    with acting_as(cast.medical), pytest.raises(TaskClosed):
        services.task_answer(
            viewer=cast.medical, task_id=task.pk, version=task.version, meets=True, reasons="属实", figures={}, at=AT
        )


@pytest.mark.parametrize("closing", ["died", "doubled", "withdrawn"])
def test_a_case_closed_on_its_way_keeps_its_reason(cast: Cast, closing: str) -> None:
    walk = case_make(cast, upto="dispatch")
    with acting_as(cast.county):
        services.case_close(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, closing=closing, reason="已核实", at=AT
        )
    assert walk.case.outcome == {"died": "DIED", "doubled": "DOUBLED", "withdrawn": "WITHDRAWN"}[closing]
    assert walk.case.end_reason.endswith("已核实")
    with acting_as(cast.county), pytest.raises(CaseClosed):
        services.case_withdraw(viewer=cast.county, case_id=walk.case_id, version=walk.version, reason="再", at=AT)


def test_a_case_stays_on_the_pack_version_it_began_with(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    first = walk.case.pack_version_id
    workflow_ready(cast, "hengshui", valid_from=date(2020, 1, 1))
    walk.dispatch().answer_all().review()
    assert walk.case.pack_version_id == first
    assert walk.case.act == "decide"  # under the later pack the county would have decided alone
    assert case_make(cast, upto="start").case.stage == "dispatch"  # a new case begins under the later one


def test_the_straight_route_needs_no_township_and_no_leading_group(cast: Cast) -> None:
    workflow_ready(cast, "hengshui")
    walk = case_make(cast, upto="review")
    assert walk.case.procedure == "county_straight"
    with acting_as(cast.county):
        services.case_review(
            viewer=cast.county,
            case_id=walk.case_id,
            version=walk.version,
            conforms=True,
            clause="第二步",
            reason="符合",
            at=walk.at,
        )
    assert walk.case.act == "help"


def test_the_timeline_names_who_did_what(cast: Cast) -> None:
    walk = case_make(cast, upto="decide")
    with acting_as(cast.county):
        lines = case_timeline(walk.case)
    assert lines[0].what == "DECIDED"
    assert lines[0].decision is not None
    assert {line.actor for line in lines} >= {"守望 系统自动", "巨鹿县防贫中心 王秀英", "王虎寨镇防贫工作站 赵文静"}


def test_a_handed_over_household_is_noted_in_the_register(cast: Cast) -> None:
    walk = case_make(cast, upto="visit").visit(is_risk_gone=False).hand_over()
    with acting_as(cast.county):
        state = state_on(cast.county, walk.case.household_id, walk.at.date())
    assert state is not None
    assert state.poverty_status == "POOR"
    assert (state.source, state.source_ref) == ("casework", f"case:{walk.case_id}")


def test_an_open_case_goes_along_when_its_household_moves_inside_the_county(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch", at=timezone.now() - timedelta(days=2)).dispatch()
    there = cast.places.sibling_town_village.lo
    with acting_as(cast.county):
        household_move(
            viewer=cast.county, household_id=walk.case.household_id, to_slot=there, on=timezone.localdate(),
            at=timezone.now(), version=household_get(cast.county, walk.case.household_id).version, reason="投亲",
        )  # fmt: skip
    assert services.moves_collect(at=timezone.now()) == 1
    assert services.moves_collect(at=timezone.now()) == 0
    assert walk.case.slot == there
    assert {task.slot for task in walk.tasks()} == {there}
    with acting_as(cast.sibling_township):
        assert case_timeline(walk.case)
    walk.answer_all()
    assert walk.case.act == "review"


def test_a_household_that_leaves_the_county_comes_back_to_the_centre(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch", at=timezone.now() - timedelta(days=2))
    with acting_as(SYSTEM):
        household_move(
            viewer=SYSTEM, household_id=walk.case.household_id, to_slot=cast.neighbour_slot, on=timezone.localdate(),
            at=timezone.now(), version=household_get(SYSTEM, walk.case.household_id).version, reason="迁居",
        )  # fmt: skip
    assert services.moves_collect(at=timezone.now()) == 1
    assert services.moves_collect(at=timezone.now()) == 0
    assert (walk.case.slot, walk.case.is_returned) == (cast.slot, True)
    with acting_as(cast.county):
        services.case_close(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, closing="moved", reason="已交接", at=walk.at
        )
    assert walk.case.outcome == "OTHER"


def test_an_id_number_in_a_reason_is_refused(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    with acting_as(cast.county), pytest.raises(PersonalNumberInText):
        services.case_review(
            viewer=cast.county,
            case_id=walk.case_id,
            version=walk.version,
            conforms=True,
            reason="本人 130599197005200053 属实",
            at=AT,
        )


def test_a_question_still_open_when_help_is_decided_is_taken_back(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch(["check_medical", "check_civil"])
    walk.answer(walk.tasks(key="check_medical")[0])
    with acting_as(cast.county):
        services.case_judge(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, move="early", reason="已够判断", at=AT
        )
    walk.review()
    assert walk.tasks(key="check_civil")[0].state == "OPEN"
    walk.decide()
    task = walk.tasks(key="check_civil")[0]
    assert (task.state, walk.case.act) == ("WITHDRAWN", "help")
    with acting_as(cast.civil), pytest.raises(TaskClosed):
        services.task_answer(
            viewer=cast.civil, task_id=task.pk, version=task.version, meets=True, reasons="属实", figures={}, at=AT
        )


@pytest.mark.parametrize(("enough", "answers"), [("any", 1), (2, 2), ("all", 3)])
def test_a_case_goes_on_after_as_many_answers_as_its_pack_wants(cast: Cast, enough: str | int, answers: int) -> None:
    pack_changed(cast, lambda stages: stages["checking"].update(enough=enough))
    walk = case_make(cast, upto="dispatch").dispatch(["check_medical", "check_civil", "check_township"])
    for number, task in enumerate(walk.tasks(), start=1):
        assert (walk.case.act == "answers") is (number <= answers)
        walk.answer(task)
    assert walk.case.act == "review"
    assert {task.state for task in walk.tasks()} == {"ANSWERED"}  # a late answer is still taken before the decision


def test_answers_that_never_come_are_not_called_answers(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch(["check_medical", "check_civil"])
    walk.answer(walk.tasks(key="check_medical")[0])
    services.tasks_expire(at=AT + timedelta(days=60))
    assert walk.case.act == "review"
    with acting_as(cast.county):
        assert "1 个单位已反馈，1 个逾期没有反馈" in case_timeline(walk.case)[0].text


@pytest.mark.parametrize(("is_without_labour", "stage"), [(True, "review"), (False, "dispatch"), (None, "dispatch")])
def test_a_branch_follows_what_the_register_says_on_that_day(
    cast: Cast, is_without_labour: bool | None, stage: str
) -> None:
    way = {"when": "is_without_labour", "name": "整户无劳动能力", "to": "review"}
    pack_changed(cast, lambda stages: stages["township_check"]["moves"]["pass_on"].update(branches=[way]))
    walk = case_make(cast)
    with acting_as(SYSTEM):
        household_status_set(
            viewer=SYSTEM, household_id=walk.case.household_id, on=AT.date(), at=AT, is_without_labour=is_without_labour
        )
    walk.pass_on()
    assert walk.case.stage == stage
    with acting_as(cast.county):
        assert case_timeline(walk.case)[0].text.startswith("整户无劳动能力。") is (stage == "review")


def test_what_the_pack_tells_the_household_is_kept_with_the_decision(cast: Cast) -> None:
    told = "您家已纳入监测帮扶。"
    pack_changed(cast, lambda stages: stages["decide"]["moves"]["approve"].update(told=told))
    walk = case_make(cast, upto="help")
    with acting_as(SYSTEM):
        assert Decision.objects.get(case_id=walk.case_id, act="decide").told == told


@pytest.mark.parametrize(
    ("cause", "steps"), [("ILLNESS", ["入户核实", "部门比对"]), ("DISASTER", ["入户核实", "先行救助", "部门比对"])]
)
def test_a_step_of_a_branch_passed_by_is_not_shown_as_done(cast: Cast, cause: str, steps: list[str]) -> None:
    workflow_ready(cast, "national")
    at = AT.replace(year=2022)
    clue = clue_make(cast.officer, household_make(cast.slot).pk, cause=cause, at=at)
    services.clue_take(clue_id=clue.pk, at=at)
    with acting_as(SYSTEM):
        case_id = Clue.objects.get(pk=clue.pk).collected_case_id
    assert case_id is not None
    walk = Walk(cast, case_id, at)
    with acting_as(cast.township):
        services.case_attach(
            viewer=cast.township, case_id=case_id, version=walk.version, ready=[ready_photo()], kind="authorisation",
            at=at,
        )  # fmt: skip
    walk.pass_on()
    if cause == "DISASTER":
        assert walk.case.act == "review"
        with acting_as(cast.county):
            services.case_review(
                viewer=cast.county, case_id=case_id, version=walk.version, conforms=False, reason="没有急难", at=at
            )
    with acting_as(SYSTEM):
        assert [name for name, _, _ in case_steps(walk.case)][: len(steps)] == steps
