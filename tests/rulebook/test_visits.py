"""A visit's answers say what becomes of each risk; nothing is solved because nobody asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shouwang.rulebook import PackError, PackSource
from shouwang.rulebook.policy import Policy, policy_resolve
from shouwang.rulebook.program import program_compile
from shouwang.rulebook.visits import (
    AnswersShort,
    Outcome,
    Question,
    Rhythm,
    outcome_of_all,
    outcomes_of,
    questions_of,
    transition_of,
)
from shouwang.rulebook.yamls import yaml_read

PACKS = PackSource.from_directory(Path(__file__).resolve().parents[2] / "packs")
FILE, ON = "national/visits.yaml", date(2021, 6, 30)
Tree = dict[str, Any]


def policy_of(change: Callable[[Tree], object] = lambda _: None) -> Policy:
    files = dict(PACKS.files)
    changed: Tree = yaml_read(files[FILE], file=FILE)
    change(changed)
    files[FILE] = yaml.safe_dump(changed, allow_unicode=True, sort_keys=False)
    return policy_resolve(PackSource.from_files(files), place="national", on=ON)


def found(
    answers: dict[str, str], *, way: str = "PHONE", causes: tuple[str, ...] = ("ILLNESS", "STUDY")
) -> dict[str, Outcome]:
    return outcomes_of(questions_of(policy_of(), causes), answers, way=way, causes=causes)


BOTH = {"q-outcome-ILLNESS": "gone", "q-outcome-STUDY": "gone"}


def test_each_risk_has_its_own_outcome_and_the_gravest_answer_counts() -> None:
    assert found(BOTH) == {"ILLNESS": Outcome.SOLVED, "STUDY": Outcome.SOLVED}
    assert found({**BOTH, "q-outcome-STUDY": "beyond"}) == {"ILLNESS": Outcome.SOLVED, "STUDY": Outcome.HANDED}
    assert found({**BOTH, "q-enough": "short"}) == {"ILLNESS": Outcome.AGAIN, "STUDY": Outcome.AGAIN}
    assert found({**BOTH, "q-enough": "enough"}) == found(BOTH)


@pytest.mark.parametrize(
    ("outcomes", "whole"),
    [("SOLVED", "SOLVED"), ("SOLVED AGAIN", "AGAIN"), ("SOLVED HANDED", "HANDED"), ("AGAIN HANDED", "AGAIN")],
)
def test_another_round_comes_before_handing_over(outcomes: str, whole: str) -> None:
    each = {str(number): Outcome(outcome) for number, outcome in enumerate(outcomes.split())}
    assert outcome_of_all(each) is Outcome(whole)


@pytest.mark.parametrize(
    ("answers", "field"),
    [({"q-outcome-ILLNESS": "gone"}, "q-outcome-STUDY"), ({**BOTH, "q-enough": "maybe"}, "q-enough")],
)
def test_open_and_impossible_answers_are_named_by_their_field(answers: dict[str, str], field: str) -> None:
    with pytest.raises(AnswersShort) as refused:
        found(answers)
    assert list(refused.value.faults) == [field]


def test_money_is_judged_on_the_fen() -> None:
    asked = Question.model_validate({"asks": "每月收入", "kind": "money", "below": "500.00", "means": "AGAIN"})
    assert (asked.says("499.99"), asked.says("500.00")) == (Outcome.AGAIN, None)
    counted = Question.model_validate({"asks": "几人在外务工", "kind": "number", "below": 1, "means": "AGAIN"})
    assert (counted.says("0"), counted.says("1")) == (Outcome.AGAIN, None)
    for question, text in ((asked, "五百"), (counted, "-1"), (counted, "1.5")):
        with pytest.raises(ValueError):
            question.says(text)


def no_way_out(changed: Tree) -> None:
    del changed["outcome"]["values"][0]["value"]["question"]["answers"]["gone"]


def one_answer(changed: Tree) -> None:
    changed["enough"]["values"][0]["value"]["question"]["answers"] = {"enough": {"name": "够了"}}


def longer_than_the_period(changed: Tree) -> None:
    changed["transition"]["values"][0]["value"]["transition"]["every_months"] = 13


def both_at_once(changed: Tree) -> None:
    changed["enough"]["values"][0]["value"]["transition"] = {"months": 6, "every_months": 3}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (no_way_out, "没有一个能答“已消除”"),
        (one_answer, "至少两个 answers"),
        (longer_than_the_period, "不能长于 months"),
        (both_at_once, "只能写一个"),
    ],
)
def test_questions_that_do_not_stand_up_are_refused(change: Callable[[Tree], object], sentence: str) -> None:
    with pytest.raises(PackError, match=sentence):
        program_compile(policy_of(change))


@given(st.dates(date(2019, 8, 1), date(2030, 12, 31)), st.integers(1, 12), st.integers(0, 24))
def test_the_days_of_a_transition_lie_in_its_period_in_order(removed: date, every: int, more: int) -> None:
    rhythm = Rhythm(months=every + more, every_months=every)
    days = rhythm.days(removed)
    assert len(days) == (every + more) // every
    assert days == sorted(set(days)) and removed < days[0] and days[-1] <= rhythm.ends(removed)


def test_month_ends_are_kept_inside_the_month() -> None:
    stated = transition_of(policy_of())
    assert stated is not None and stated.value.transition is not None
    days = stated.value.transition.days(date(2020, 11, 30))
    assert days == [date(2021, 2, 28), date(2021, 5, 30), date(2021, 8, 30), date(2021, 11, 30)]
