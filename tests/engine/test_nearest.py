"""The nearest value that would have changed the answer: applying it turns the answer, one unit less does not."""

from __future__ import annotations

import bisect
import itertools
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.populations import KINDS, SOURCE, policy_of
from tests.engine.test_agreement import CONDITIONS, ROWS, SCOPE
from tests.engine.test_agreement import ON as DAY

from shouwang.engine import explain_nearest, nearest_triggers
from shouwang.engine.nearest import Move, Nearest, nearest_changes
from shouwang.engine.nearest_text import nearest_text
from shouwang.engine.outcomes import scalar_outcome
from shouwang.rulebook import Policy
from shouwang.rulebook.conditions import condition_parse, evaluate
from shouwang.rulebook.conditions.critical import Unsolved, critical_points
from shouwang.rulebook.facts import FACTS, TYPE_FACTS, Fact, Kind

ON = date(2021, 6, 30)
ORDERED = {Kind.MONEY, Kind.NUMBER, Kind.DATE}


def _values(fact: Fact) -> st.SearchStrategy[Any]:
    match fact.kind:
        case Kind.MONEY:
            near = st.sampled_from([0, 499_999, 500_000, 500_001, 800_000, 1_500_001, 2_000_000, 1_124_100, 1_800_000])
            return st.one_of(near, st.integers(0, 3_000_000), st.integers(-500, 500).map(abs), st.none())
        case Kind.NUMBER:
            return st.sampled_from([1, 2, 3, 4]) if fact.key == "member_count" else st.sampled_from([0, 0, 1, 2, None])
        case Kind.DATE:
            return st.one_of(st.none(), st.dates(date(2019, 1, 1), date(2021, 12, 31)))
        case Kind.TEXT:
            return st.one_of(st.none(), st.sampled_from([str(code) for code in fact.values] or ["A"]))
        case Kind.BOOL:
            return st.sampled_from([True, False, None])
    return st.lists(st.sampled_from([*KINDS, "DEATH"]), unique=True, max_size=3).map(sorted)


FACT_ROWS = st.fixed_dictionaries(
    {
        fact.column: st.just(130529103201) if fact.key == "village_code" else _values(fact)
        for fact in FACTS.values()
        if fact.key not in TYPE_FACTS and fact.kind is not Kind.PER_HEAD
    }
)


def warns(policy: Policy, key: str, row: dict[str, Any]) -> bool:
    return key in scalar_outcome(policy, row).warns


def moved(row: dict[str, Any], move: Move, value: int | date) -> dict[str, Any]:
    whole = date.fromordinal(value) if move.fact.kind is Kind.DATE and isinstance(value, int) else value
    return {**row, move.fact.column: whole}


def number(value: Any) -> int:
    return value.toordinal() if isinstance(value, date) else int(value)


def closer(move: Move, part: float) -> list[int]:
    """Values nearer than the one told: one unit less, somewhere between, and as far on the other side."""
    before, size = number(move.before), move.size
    step = 1 if number(move.after) > before else -1
    distances = {size - 1, int(size * part), 1} - {0}
    return [before + sign * step * away for away in distances if away < size for sign in (1, -1)]


def is_possible(move: Move, value: int) -> bool:
    return value >= (1 if move.fact.key == "member_count" else 0) or number(move.before) < 0


@pytest.mark.parametrize("place", SOURCE.places)
@settings(max_examples=25, deadline=None)
@given(row=FACT_ROWS, part=st.floats(0, 1))
def test_the_told_change_turns_the_answer_and_a_smaller_one_does_not(
    place: str, row: dict[str, Any], part: float
) -> None:
    policy = policy_of(place, ON)
    for key in policy.triggers:
        was = warns(policy, key, row)
        for change in nearest_changes(policy, key, row):
            assert change.would_warn is not was
            assert warns(policy, key, change.applied(row)) is change.would_warn
            if len(change.moves) == 1 and change.moves[0].fact.kind in ORDERED and change.moves[0].before is not None:
                (move,) = change.moves
                for value in closer(move, part):
                    if is_possible(move, value) and "unknown" not in move.fact.key:
                        assert warns(policy, key, moved(row, move, value)) is was, (key, move, value)
            if len(change.moves) == 2:
                for move in change.moves:  # neither of the two suffices
                    assert warns(policy, key, {**row, move.fact.column: move.after}) is was


@settings(max_examples=40, deadline=None)
@given(row=FACT_ROWS, heads=st.integers(1, 6), delta=st.integers(-3, 3), sign=st.sampled_from([1, -1]))
def test_a_count_is_moved_as_far_as_trying_every_count_would(
    row: dict[str, Any], heads: int, delta: int, sign: int
) -> None:
    policy = policy_of("xingtai", date(2020, 6, 30))
    line = 1.5 * 374_700
    row = {**row, "member_count": heads, "net_income_fen": sign * int(line * heads) + delta, "poverty_status": "NEVER"}
    for key in policy.triggers:
        was = warns(policy, key, row)
        turned = [n for n in range(1, 40) if warns(policy, key, {**row, "member_count": n}) is not was]
        told = {c.moves[0].after for c in nearest_changes(policy, key, row)
                if len(c.moves) == 1 and c.moves[0].fact.key == "member_count"}  # fmt: skip
        if turned:
            least = min(abs(n - heads) for n in turned)
            assert len(told) == 1
            assert min(told) in {heads + least, heads - least}


LEVERS = ["net_income", "recent_net_income", "illness_self_paid", "previous_net_income", "member_count", "labour_count",
          "removed_date"]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(text=CONDITIONS, rows=ROWS, lever=st.sampled_from(LEVERS), data=st.data())
def test_between_two_critical_values_no_condition_changes(
    text: str, rows: list[dict[str, Any]], lever: str, data: st.DataObject
) -> None:
    node, fact, row = condition_parse(text, SCOPE), FACTS[lever], rows[0]
    try:
        points = sorted(critical_points(node, fact, row, on=DAY))
    except Unsolved:
        return
    is_day = fact.kind is Kind.DATE
    least = date(1950, 1, 1).toordinal() if is_day else (1 if lever == "member_count" else -(10**18))
    most = date(2100, 1, 1).toordinal() if is_day else 10**18
    near = st.sampled_from(points or [least]).map(lambda point: min(most, max(least, point + 3)))
    one = data.draw(st.one_of(near, st.integers(least, most)))
    place = bisect.bisect_left(points, one)
    if place < len(points) and points[place] == one:
        return
    low = max(least, points[place - 1] + 1) if place else least
    high = min(most, points[place] - 1) if place < len(points) else most
    other = data.draw(st.one_of(st.sampled_from([low, high]), st.integers(low, high)))
    results = [
        evaluate(node, {**row, fact.column: date.fromordinal(value) if is_day else value}, on=DAY)
        for value in (one, other)
    ]
    assert results[0] is results[1]


LOW = {"village_code": 131102001001, "poverty_status": "NEVER", "is_exit_unstable": False, "is_low_income": True,
       "has_dibao": False, "has_tekun_dispersed": False, "rigid_unknown": 0}  # fmt: skip


def told(place: str, key: str, row: dict[str, Any], on: date = date(2020, 6, 30)) -> list[str]:
    policy = policy_of(place, on)
    return [nearest_text(change, row) for change in nearest_changes(policy, key, row)]


@pytest.mark.parametrize(
    ("paid", "sentence"),
    [
        (1_467_851, "刚性自付支出再多 321.50 元（到 15,000.01 元），就会预警。"),
        (1_500_000, "刚性自付支出再多 0.01 元（到 15,000.01 元），就会预警。"),
        (1_500_001, "刚性自付支出再少 0.01 元（到 15,000.00 元），就不会预警。"),
        (1_532_151, "刚性自付支出再少 321.51 元（到 15,000.00 元），就不会预警。"),
    ],
)
def test_money_is_told_to_the_fen(paid: int, sentence: str) -> None:
    assert told("hengshui", "rigid_low_income", {**LOW, "rigid_self_paid_fen": paid})[0] == sentence


def test_a_type_is_worked_out_again_for_every_change() -> None:
    row = {**LOW, "rigid_self_paid_fen": 600_000}
    assert told("hengshui", "rigid_first_four", row) == [
        "“分散供养特困”由否改为是，就会预警。",
        "“享受低保”由否改为是，就会预警。",
        "建档立卡情况由“一般农户”改为“未脱贫户”，就会预警。",
    ]


def test_where_no_single_fact_can_the_two_are_told() -> None:
    row = {**LOW, "rigid_self_paid_fen": 499_950}
    (sentence,) = told("hengshui", "rigid_first_four", row)
    assert "，同时" in sentence
    assert "刚性自付支出再多 0.51 元（到 5,000.01 元）" in sentence


PER_HEAD = {"village_code": 130529103201, "poverty_status": "NEVER", "labour_count": 1, "member_count": 3,
            "recent_earned_income_fen": 0}  # fmt: skip


@pytest.mark.parametrize("total", [-100, -1, 0, 1, 281_024, 281_025, 281_026, 500_000])
def test_a_per_head_line_is_multiplied_out_by_the_heads(total: int) -> None:
    policy = policy_of("xingtai", date(2020, 6, 30))
    row = {**PER_HEAD, "is_low_income": True, "is_exit_unstable": False, "recent_net_income_fen": total}
    change = next(c for c in nearest_changes(policy, "income_loss", row)
                  if c.moves[0].fact.key == "recent_net_income")  # fmt: skip
    (share,) = [stated.value.value for key, stated in policy.amounts.items() if key == "income_loss_share"]
    limit = share * 374_700 * 3  # strictly below
    edge = -(-limit.numerator // limit.denominator)  # the first whole total that is not below
    assert change.moves[0].after == (edge if total < limit else edge - 1)
    assert "近期人均纯收入由 " in nearest_text(change, row)


def test_an_amount_below_zero_is_shown_rounded_down() -> None:
    row = {**PER_HEAD, "is_low_income": True, "is_exit_unstable": False, "recent_net_income_fen": -1}
    policy = policy_of("xingtai", date(2020, 6, 30))
    texts = [nearest_text(change, row) for change in nearest_changes(policy, "income_loss", row)]
    assert any("近期人均纯收入由 -0.01 元 到 " in text for text in texts)


def test_a_set_takes_one_item_more_or_loses_all_that_count() -> None:
    quiet = {**LOW, "village_code": 130529103201, "new_statuses": ["CAR"]}
    assert told("xingtai", "casualty", quiet) == ["时段内新发生的状态里添上“受伤”，就会预警。"]
    loud = {**quiet, "new_statuses": ["CAR", "DEATH", "INJURY"]}
    assert "时段内新发生的状态里去掉“死亡”、“受伤”，就不会预警。" in told("xingtai", "casualty", loud)


def test_what_is_unknown_says_what_it_would_have_to_be() -> None:
    row = {**LOW, "rigid_self_paid_fen": None}
    assert told("hengshui", "rigid_low_income", row) == ["刚性自付支出查明为不少于 15,000.01 元，就会预警。"]


def test_an_explanation_carries_the_nearest_changes() -> None:
    found = explain_nearest(policy_of("hengshui"), "rigid_low_income", {**LOW, "rigid_self_paid_fen": 1_467_851})
    assert found.nearest == ("刚性自付支出再多 321.50 元（到 15,000.01 元），就会预警。",)
    assert list(found.lines())[-1] == "　刚性自付支出再多 321.50 元（到 15,000.01 元），就会预警。"
    assert found.to_dict()["nearest"] == list(found.nearest)


def test_where_nothing_helps_it_says_so() -> None:
    row = {**LOW, "poverty_status": "POOR", "is_low_income": None, "rigid_self_paid_fen": 0}
    found = explain_nearest(policy_of("hengshui"), "rigid_low_income", row)
    assert found.nearest == ("没有找到只改一项或两项就会改变结果的情况。",)


def test_a_household_without_a_warning_sees_the_nearest_trigger_first() -> None:
    row = {**LOW, "rigid_self_paid_fen": 1_467_851}
    first, second = nearest_triggers(policy_of("hengshui"), row)
    assert (first.key, first.sentence) == (
        "rigid_low_income",
        "刚性自付支出再多 321.50 元（到 15,000.01 元），就会预警。",
    )
    assert second.key == "rigid_first_four"
    assert not first.is_undecided
    open_ = {**row, "is_low_income": None, "rigid_self_paid_fen": 1_500_001}
    unknown = nearest_triggers(policy_of("hengshui"), open_)
    assert [near.is_undecided for near in unknown if near.key == "rigid_low_income"] == [True]


def test_days_move_by_days() -> None:
    policy = policy_of("national", ON)
    texts = []
    for key, back in itertools.product(policy.triggers, (10, 400)):
        row = {**LOW, "identified_date": ON - timedelta(days=back), "watch_type": "MARGINAL", "is_watched": True}
        texts += [nearest_text(change, row) for change in nearest_changes(policy, key, row)]
    assert all(text.endswith("预警。") for text in texts)


def test_a_change_names_what_it_does_to_a_row() -> None:
    change = Nearest((Move(FACTS["rigid_self_paid"], 1, 5),), would_warn=True)
    assert change.applied({"rigid_self_paid_fen": 1, "other": 2}) == {"rigid_self_paid_fen": 5, "other": 2}
