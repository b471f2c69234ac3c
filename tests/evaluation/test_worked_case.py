"""Worked case 3 (张胜坤) as told: two misfortunes of one household, each visited, both end green."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories.casework import Walk, case_make
from tests.factories.cast import Cast

from shouwang.casework import services
from shouwang.casework.models import Case
from shouwang.casework.selectors import with_lamp
from shouwang.evaluation.selectors import visits_of_household
from shouwang.evaluation.services import Finding, visit_record
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, acting_as


def visited(walk: Walk, *, way: str, note: str, answer: str = "gone") -> None:
    at = walk.at + timedelta(days=3)
    cause = "EMPLOYMENT" if "上班" in note else "ILLNESS"
    with acting_as(walk.cast.county):
        visit_record(
            viewer=walk.cast.county, case_id=walk.case_id, version=walk.version, at=at,
            finding=Finding(
                way=way, visited_on=at.astimezone(SHANGHAI).date(), spoke_with="张胜坤", has_help_arrived=True,
                is_risk_gone=False, note=note, answers={f"q-outcome-{cause}": answer},
                still_needed="" if answer == "gone" else "再帮一轮",
            ),
        )  # fmt: skip


@pytest.mark.worked_case(3)
def test_both_misfortunes_of_one_household_end_green_after_a_visit(cast: Cast) -> None:
    first = case_make(cast, upto="visit")
    home = first.case.household_id
    visited(first, way="PHONE", note="医保报了 14269.13 元，每月有 235 元")
    second = case_make(cast, upto="visit", cause="EMPLOYMENT", household_id=home, at=first.at + timedelta(days=30))
    assert second.case_id != first.case_id
    visited(second, way="ON_SITE", note="人社局安排上班，每天 60 元")
    day = (second.at + timedelta(days=3)).astimezone(SHANGHAI).date()
    with acting_as(SYSTEM):
        cases = with_lamp(Case.objects.filter(household_id=home).order_by("pk"), day)
        assert [(case.outcome, case.lamp) for case in cases] == [("HELPED", "GREEN"), ("HELPED", "GREEN")]  # type: ignore[attr-defined]
        told = [(visit.way, visit.outcomes, visit.is_risk_gone) for visit in visits_of_household(SYSTEM, home)]
    assert told == [("ON_SITE", {"EMPLOYMENT": "SOLVED"}, True), ("PHONE", {"ILLNESS": "SOLVED"}, True)]


def test_what_stays_goes_through_another_round_before_it_ends(cast: Cast) -> None:
    walk = case_make(cast, upto="visit")
    visited(walk, way="PHONE", note="还欠着医药费", answer="stays")
    assert (walk.case.act, walk.case.is_open) == ("settle", True)
    walk.at += timedelta(days=4)
    with acting_as(cast.county):
        services.case_help_again(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, reason="再申请一次临时救助", at=walk.at
        )
    walk.assist()
    visited(walk, way="ON_SITE", note="欠的医药费还清了")
    assert (walk.case.outcome, walk.case.is_open) == ("HELPED", False)
    with acting_as(SYSTEM):
        assert [visit.outcomes["ILLNESS"] for visit in visits_of_household(SYSTEM, walk.case.household_id)] == [
            "SOLVED", "AGAIN",
        ]  # fmt: skip
