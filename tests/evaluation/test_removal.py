"""A watched household's risk is removed by a procedure of its own: conditions, two persons, a notice, no lamp."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from tests.factories.casework import clue_make, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.register import spending_make
from tests.factories.removal import (
    AT,
    LINE_FEN,
    MEMBERS,
    QUESTIONS,
    Removal,
    delivered_make,
    removal_make,
    watched_make,
)

from shouwang.assistance.selectors import measure_snapshot_query
from shouwang.casework import services
from shouwang.casework.errors import (
    NeverRemoved,
    NoticeRunning,
    NotWatched,
    NotYourTurn,
    OwnWork,
    RemovalRuns,
    RemovalUnwritten,
    RequirementsOpen,
)
from shouwang.casework.models import Case, CaseEvent, CaseSource
from shouwang.casework.selectors import household_facts, lamp_counts, with_lamp
from shouwang.casework.selectors.tallies import lamps_kept
from shouwang.engine import screen
from shouwang.engine.casebook import records_complete, snapshot_of
from shouwang.engine.exits import exit_facts
from shouwang.evaluation.services import HelpMissing, NotYet, removal_propose
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Household
from shouwang.register.selectors import state_on
from shouwang.register.selectors.snapshot import snapshot_queries
from shouwang.register.services import household_status_set
from shouwang.standards.selectors import policy_for


def approved(cast: Cast, home: int, **more: Any) -> Removal:
    return removal_make(cast, home, **more).check().appraise().post().finish().review().approve()


def test_a_risk_is_removed_step_by_step_and_the_register_says_so(cast: Cast) -> None:
    home = watched_make(cast.slot)
    walk = approved(cast, home)
    case = walk.case
    assert (case.outcome, case.end_name, case.is_removal) == ("REMOVED", "标注风险消除", True)
    with acting_as(SYSTEM):
        state = state_on(SYSTEM, home, walk.at.date())
        before = state_on(SYSTEM, home, walk.at.date() - timedelta(days=1))
        told = CaseEvent.objects.get(case=case, move="approve").decision.told
        settled = CaseEvent.objects.get(case=case, move="pass_on", stage="removal_check").data["requirements"]
    assert state is not None and before is not None
    assert (state.removed_date, state.removal, state.watch_type) == (walk.at.date(), "自然消除", "UNSTABLE")
    assert before.removed_date is None
    assert "12317" in told
    assert {key for key, how in settled.items() if how == "confirmed"} == QUESTIONS
    assert {settled[key] for key in ("income_above", "income_steady", "spending_solved", "six_months")} == {"data"}


@pytest.mark.parametrize(
    ("facts", "open_"),
    [
        # Exactly the line: not above it, so not steadily either, and nothing is left when spending is paid.
        ({"net_fen": MEMBERS * LINE_FEN}, "income_above income_steady spending_solved"),
        ({"net_fen": MEMBERS * LINE_FEN - 1}, "income_above income_steady spending_solved"),
        ({"risks": []}, "risk_recorded"),
        ({"identified_date": date(2020, 12, 31)}, "six_months"),  # one day short; the 30th is the full half year
        ({"identified_date": None}, "six_months"),
        ({"housing_safe": False}, "housing"),
        ({"housing_safe": None}, "housing"),  # not said is not safe
        ({"water_safe": False}, "water"),
        ({"dropped_out": True}, "schooling"),
        ({"insured": False}, "insured"),
    ],
)
def test_what_the_register_does_not_bear_out_keeps_the_risk(cast: Cast, facts: dict[str, Any], open_: str) -> None:
    walk = removal_make(cast, watched_make(cast.slot, **facts))
    with pytest.raises(RequirementsOpen) as refused:
        walk.check()
    assert sorted(refused.value.keys) == open_.split()
    assert walk.case.stage == "removal_check"
    walk.judge(cast.township, "reject")
    assert (walk.case.outcome, walk.case.end_key) == ("OTHER", "kept")
    with acting_as(SYSTEM):
        state = state_on(SYSTEM, walk.case.household_id, AT.date())
    assert state is not None and state.removed_date is None


@pytest.mark.parametrize("missing", sorted(QUESTIONS))
def test_no_question_is_answered_by_the_program(cast: Cast, missing: str) -> None:
    walk = removal_make(cast, watched_make(cast.slot))
    with pytest.raises(RequirementsOpen) as refused:
        walk.check(confirmed=QUESTIONS - {missing})
    assert refused.value.keys == (missing,)
    assert "还没有人确认" in refused.value.message


def test_the_conditions_are_looked_at_again_on_the_day_of_approval(cast: Cast) -> None:
    home = watched_make(cast.slot)
    walk = removal_make(cast, home).check().appraise().post().finish().review()
    with acting_as(SYSTEM):
        household_status_set(viewer=SYSTEM, household_id=home, on=walk.at.date(), at=walk.at, housing_safe=False)
    with pytest.raises(RequirementsOpen, match="住房安全（没有达到）"):
        walk.approve()
    assert walk.case.is_open


def test_wholly_without_labour_is_never_removed(cast: Cast) -> None:
    home = watched_make(cast.slot, is_without_labour=True)
    with pytest.raises(NeverRemoved):
        removal_make(cast, home)
    other = watched_make(cast.slot, is_without_labour=None)  # not said: nobody may claim it
    with pytest.raises(RequirementsOpen) as refused:
        removal_make(cast, other).check()
    assert refused.value.keys == ("has_labour",)


def test_the_notice_runs_its_days_before_the_township_looks(cast: Cast) -> None:
    walk = removal_make(cast, watched_make(cast.slot)).check().appraise().post()
    with pytest.raises(NoticeRunning):
        walk.finish(days=5)
    walk.at -= timedelta(days=5)
    assert walk.finish(days=6).case.stage == "removal_review"


def test_nobody_judges_her_own_proposal_or_earlier_step(cast: Cast) -> None:
    walk = removal_make(cast, watched_make(cast.slot), proposer=cast.township)
    with pytest.raises(OwnWork):
        walk.check()
    walk.judge(walk.reviewer, "pass_on").appraise().post().finish()
    with pytest.raises(OwnWork):
        walk.review()  # she checked it herself
    with pytest.raises(OwnWork):
        walk.judge(cast.township, "pass_on")


def test_only_village_township_and_county_propose_a_watched_household_once(cast: Cast) -> None:
    home = watched_make(cast.slot)
    with pytest.raises(NotYourTurn):
        removal_make(cast, home, proposer=cast.leader)
    for facts in ({"watch_type": None}, {"removed_date": date(2021, 6, 30)}):
        with pytest.raises(NotWatched):
            removal_make(cast, watched_make(cast.slot, **facts))
    removal_make(cast, home)
    with pytest.raises(RemovalRuns):
        removal_make(cast, home, proposer=cast.county)


def test_removed_by_help_needs_help_that_arrived(cast: Cast) -> None:
    removal_make(cast, watched_make(cast.slot))  # puts the policy in force
    with acting_as(cast.officer), pytest.raises(HelpMissing), transaction.atomic():
        removal_propose(viewer=cast.officer, household_id=watched_make(cast.slot), way="HELP", reason="帮扶见效", at=AT)


def test_what_is_not_known_is_no_ground_to_propose(cast: Cast) -> None:
    removal_make(cast, watched_make(cast.slot))  # puts the policy in force
    home = watched_make(cast.slot, housing_safe=None)
    with acting_as(cast.officer), pytest.raises(NotYet, match="住房安全（尚难判断）"), transaction.atomic():
        removal_propose(viewer=cast.officer, household_id=home, way="SELF", reason="情况好转", at=AT)


def test_help_and_nature_are_told_apart_by_what_arrived(cast: Cast) -> None:
    removal_make(cast, watched_make(cast.slot))  # puts the policy in force
    home = watched_make(cast.slot, risks=["ILLNESS", "STUDY"])

    def short(way: str) -> set[str]:
        with acting_as(cast.officer), pytest.raises(NotYet) as refused, transaction.atomic():
            removal_propose(viewer=cast.officer, household_id=home, way=way, reason="情况好转", at=AT)
        return set(refused.value.keys)

    delivered_make(home, cast.slot, "HEALTH", date(2020, 12, 29))  # the day before it was identified
    assert short("HELP") == {"helped", "measured_illness", "measured_study"}
    delivered_make(home, cast.slot, "HEALTH", date(2020, 12, 30))
    assert short("HELP") == {"measured_study"}
    assert short("SELF") == {"unhelped"}
    delivered_make(home, cast.slot, "OTHER_EDUCATION", AT.date())
    with acting_as(cast.officer):
        case = removal_propose(viewer=cast.officer, household_id=home, way="HELP", reason="帮扶见效", at=AT)
    assert case.is_removal


@pytest.mark.parametrize("net", [MEMBERS * LINE_FEN + 1, MEMBERS * LINE_FEN, 0])
def test_what_is_told_live_is_what_the_engine_computes(cast: Cast, tmp_path: Path, net: int) -> None:
    home = watched_make(cast.slot, net_fen=net, dropped_out=True, risks=["STUDY"])
    delivered_make(home, cast.slot, "HEALTH", date(2021, 1, 1))
    household = Household(pk=home, slot=cast.slot)
    spending_make(household, date(2020, 7, 1), gross_fen=900, reimbursed_fen=400)
    spending_make(household, date(2020, 6, 30), self_paid_fen=7)  # a year and a day before
    spending_make(household, date(2021, 6, 30))
    workflow_ready(cast, "national")
    with acting_as(SYSTEM):
        _, policy = policy_for(slot=cast.slot, on=AT.date())
        live = household_facts(home, policy, on=AT.date())
        queries = {**snapshot_queries(lo=cast.slot, hi=cast.slot, on=AT.date(), salt=0),
                   "measure": measure_snapshot_query(lo=cast.slot, hi=cast.slot, on=AT.date(), salt=0)}  # fmt: skip
        rows = {}
        for name, query in queries.items():
            with connection.cursor() as cursor:
                cursor.execute(query)
                columns = [column.name for column in cursor.description]
                rows[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    snapshot_of(rows, tmp_path)
    records_complete(rows, tmp_path)
    facts = exit_facts(tmp_path, policy, screen(tmp_path, policy, on=AT.date()).facts).to_pylist()
    told = next(row for row in facts if row["household_key"] == home)
    assert {name: told[name] for name in live} == live
    assert live["unpriced_spending_count"] == 1 and live["self_paid_all_fen"] == 500


def test_a_policy_without_a_removal_procedure_says_so(cast: Cast) -> None:
    removal_make(cast, watched_make(cast.slot))
    early = AT.replace(year=2020)
    with acting_as(cast.officer), pytest.raises(RemovalUnwritten), transaction.atomic():
        services.removal_open(
            viewer=cast.officer, household_id=watched_make(cast.slot), way="SELF", reason="收入稳定", at=early
        )


def test_a_removal_burns_no_lamp_and_is_counted_nowhere_open_or_ended(cast: Cast) -> None:
    walk = removal_make(cast, watched_make(cast.slot))
    day = AT.date()

    def nothing(on: date) -> None:
        with acting_as(SYSTEM):
            assert with_lamp(Case.objects.filter(pk=walk.case_id), on).get().lamp is None
            assert lamp_counts(SYSTEM, on, 3) == []
            assert lamps_kept(on, level=3, lo=cast.places.county.lo, hi=cast.places.county.hi) == []

    nothing(day)
    nothing(day + timedelta(days=1))
    walk.check().appraise().post().finish().review().approve()
    nothing(walk.at.date())


def test_a_new_warning_does_not_join_a_removal(cast: Cast) -> None:
    home = watched_make(cast.slot)
    walk = removal_make(cast, home)
    clue = clue_make(cast.officer, home, at=AT + timedelta(days=1))
    services.clue_take(clue_id=clue.pk, at=AT + timedelta(days=1))
    with acting_as(SYSTEM):
        assert CaseSource.objects.get(clue_id=clue.pk).case_id != walk.case_id
        assert not CaseSource.objects.filter(case_id=walk.case_id).exists()


def test_the_database_ends_nothing_else_as_removed(cast: Cast) -> None:
    walk = approved(cast, watched_make(cast.slot))
    with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=walk.case_id).update(is_removal=False)


def test_the_page_proposes_and_the_check_asks_every_question(client: Client, cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    removal_make(cast, watched_make(cast.slot))  # puts the policy in force
    home = watched_make(cast.slot, water_safe=None)
    address = reverse("evaluation:removal", args=[home])
    page = sign_in(client, cast.officer).get(address).content.decode()
    assert "饮水安全</strong>：尚难判断" in page and "住房安全</strong>：已达到" in page
    assert "缺：饮水安全（登记里没有填）" in page and "人均纯收入超过防止返贫监测范围基准线" in page
    assert "6,000.00 元 与 6,000.00 元" in page  # what is compared, shown floored
    assert "帮扶消除：还差 3 项" in page and "自然消除：还差 1 项" in page
    assert "<strong>最近的一项</strong>：饮水安全（先查明饮水安全）" in page  # nothing else is lacking for that way
    assert "未消除的风险含有因病（因病）" in page and "当初的风险确实已经消除？" in page
    refused = client.post(address, {"way": "HELP", "reason": "帮扶见效"})
    assert refused.status_code == 422 and "还没有落实的帮扶措施" in refused.content.decode()
    early = client.post(address, {"way": "SELF", "reason": "收入稳定"})
    assert early.status_code == 422 and "还不能提出：饮水安全（尚难判断）" in early.content.decode()
    with acting_as(SYSTEM):
        household_status_set(viewer=SYSTEM, household_id=home, on=AT.date(), at=AT, water_safe=True)
    assert client.post(address, {"way": "SELF", "reason": "收入稳定"}).status_code == 302
    with acting_as(SYSTEM):
        household_status_set(viewer=SYSTEM, household_id=home, on=AT.date(), at=AT, water_safe=None)
        case = Case.objects.get(household_id=home)
    judge = reverse("casework:judge", args=[case.pk])
    asked = sign_in(client, cast.township).get(judge).content.decode()
    assert "为什么提出消除" in asked and "收入稳定" in asked and "不能消除的理由" in asked
    assert "为什么预警" not in asked and "选填" not in asked
    said = {"version": case.version, "move": "pass_on", "reason": "核过"}
    short = sign_in(client, cast.township).post(judge, {**said, "confirmed": []})
    assert short.status_code == 422 and "还有没勾选的条件" in short.content.decode()
    unknown = client.post(judge, {**said, "confirmed": sorted(QUESTIONS)})
    assert unknown.status_code == 422 and "饮水安全（登记里没有填，尚难判断）" in unknown.content.decode()
