"""A visit after help turns the lamp green, or keeps the case open."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.factories.casework import Walk, case_make
from tests.factories.cast import Cast

from shouwang.casework.errors import CaseStale, NotYourTurn, WrongStage
from shouwang.casework.models import CaseEvent
from shouwang.evaluation.models import Visit
from shouwang.evaluation.selectors import visits_of_case
from shouwang.evaluation.services import Finding, NoteMissing, VisitDay, visit_record
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.rulebook.visits import AnswersShort

pytestmark = pytest.mark.django_db(transaction=True)


def visited(
    walk: Walk,
    *,
    gone: bool = True,
    on: date | None = None,
    viewer: Viewer | None = None,
    version: int | None = None,
    note: str = "已在附近加工厂上班",
    answers: dict[str, str] | None = None,
) -> Visit:
    viewer = viewer or walk.cast.county
    at = walk.at + timedelta(days=10)
    with acting_as(viewer):
        return visit_record(
            viewer=viewer,
            case_id=walk.case_id,
            version=version or walk.version,
            finding=Finding(
                way="ON_SITE",
                visited_on=on or at.astimezone(SHANGHAI).date(),
                spoke_with="张胜坤",
                has_help_arrived=True,
                is_risk_gone=gone,
                note=note,
                still_needed="" if gone else "还要找活干",
                answers=answers if answers is not None else {"q-outcome-ILLNESS": "gone" if gone else "stays"},
            ),
            at=at,
        )


def test_a_risk_that_is_gone_closes_the_case_as_helped(real_cast: Cast) -> None:
    walk = case_make(real_cast, upto="visit")
    visited(walk)
    assert (walk.case.outcome, walk.case.is_open) == ("HELPED", False)


def test_the_pack_s_questions_say_what_becomes_of_each_risk(real_cast: Cast) -> None:
    walk = case_make(real_cast, upto="visit")
    for answers, fault in (
        ({}, "还没有回答"),
        ({"q-outcome-ILLNESS": "cured"}, "请选一项"),
    ):
        with pytest.raises(AnswersShort, match=fault):
            visited(walk, answers=answers)
    # Solved as the household says, but the help was not enough: the gravest answer counts.
    visit = visited(walk, gone=False, answers={"q-outcome-ILLNESS": "gone", "q-enough": "short", "q-seen": "屋里暖和"})
    assert (visit.is_risk_gone, visit.outcomes) == (False, {"ILLNESS": "AGAIN"})
    assert [(one["asks"], one["answer"]) for one in visit.answers] == [
        ("因病：风险消除了吗", "已消除，结案"),
        ("这次的救助够不够", "还差一些"),
        ("吃穿、住房、饮水看着怎样", "屋里暖和"),
    ]
    assert (walk.case.act, walk.case.is_open) == ("settle", True)
    with acting_as(SYSTEM):
        told = CaseEvent.objects.filter(case_id=walk.case_id, what="VISITED").latest("pk")
    assert "因病仍有风险，要继续帮扶" in told.text and told.data["outcomes"] == {"ILLNESS": "AGAIN"}
    walk.at += timedelta(days=11)
    walk.hand_over()
    assert (walk.case.outcome, walk.case.is_open) == ("HANDED_OVER", False)


def test_a_risk_that_stays_keeps_the_case_open(real_cast: Cast) -> None:
    walk = case_make(real_cast, upto="visit")
    visited(walk, gone=False)
    assert (walk.case.is_open, walk.case.act) == (True, "settle")


def test_a_visit_is_neither_tomorrow_nor_before_the_help(real_cast: Cast) -> None:
    walk = case_make(real_cast, upto="visit")
    helped = walk.case.assisted_at.astimezone(SHANGHAI).date()
    for on in (helped - timedelta(days=1), walk.at.date() + timedelta(days=11)):
        with pytest.raises(VisitDay):
            visited(walk, on=on)
    visited(walk, on=helped)


def test_a_visit_needs_words_its_turn_and_the_newest_page(real_cast: Cast) -> None:
    walk = case_make(real_cast, upto="visit")
    with pytest.raises(NoteMissing):
        visited(walk, note=" ")
    with pytest.raises(NotYourTurn):
        visited(walk, viewer=real_cast.township)
    with pytest.raises(CaseStale):
        visited(walk, version=walk.version - 1)
    with acting_as(SYSTEM):
        assert not Visit.objects.exists()


def test_no_visit_before_the_help_has_arrived(real_cast: Cast) -> None:
    with pytest.raises(WrongStage):
        visited(case_make(real_cast, upto="help"))


def test_neighbours_and_departments_see_no_visit(real_cast: Cast) -> None:
    walk = case_make(real_cast, upto="visit")
    visited(walk)
    with acting_as(real_cast.county):
        assert visits_of_case(real_cast.county, walk.case_id).count() == 1
    for viewer in (real_cast.neighbour, real_cast.medical, real_cast.insurer):
        with acting_as(viewer):
            assert not Visit.objects.exists()
