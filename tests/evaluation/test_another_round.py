"""A risk that stays after help: another round before the case ends."""

from __future__ import annotations

from datetime import timedelta

from tests.factories.casework import Walk, case_make
from tests.factories.cast import Cast

from shouwang.casework import services
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
