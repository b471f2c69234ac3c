"""Rules of money that need no database: what is left of tranches, how a bank's answer is read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.funds.contexts import LevelGroup
from shouwang.funds.rules import (
    Inflow,
    Paid,
    ReturnLine,
    Standing,
    answer_judge,
    dwell_days,
    split_run,
    tranches_left,
    year_is_over,
)
from shouwang.funds.selectors import LevelSum

ON = date(2020, 7, 1)
AMOUNTS = st.lists(st.integers(1, 10**9), min_size=1, max_size=20)


@given(amounts=AMOUNTS, share=st.integers(0, 1000))
def test_what_is_left_of_the_tranches_is_what_is_left_in_the_account(amounts: list[int], share: int) -> None:
    inflows = [Inflow(number, ON, fen) for number, fen in enumerate(amounts)]
    balance = sum(amounts) * share // 1000
    left = tranches_left(inflows, balance)
    assert sum(fen for _, fen in left) == balance
    assert all(0 < fen <= inflow.amount_fen for inflow, fen in left)
    assert [inflow.entry_id for inflow, _ in left] == sorted(inflow.entry_id for inflow, _ in left)
    assert all(fen == inflow.amount_fen for inflow, fen in left[1:]), "the oldest is spent first"


STATES = st.sampled_from(["SENT", "UNKNOWN", "PAID", "RETURNED"])
LINES = st.lists(
    st.builds(
        ReturnLine,
        row=st.integers(2, 99),
        reference=st.sampled_from(["1", "2", "3", "9"]),
        amount_fen=st.sampled_from([100, 200, None]),
        result=st.sampled_from(["成功", "失败", "处理中"]),
    ),
    max_size=8,
)


@given(lines=LINES, states=st.fixed_dictionaries({"1": STATES, "2": STATES, "3": STATES}))
def test_every_line_of_an_answer_is_taken_or_refused_and_no_sent_payment_is_forgotten(
    lines: list[ReturnLine], states: dict[str, str]
) -> None:
    judged = answer_judge(lines, {name: Standing(100, state) for name, state in states.items()})
    assert len(judged.outcomes) + len(judged.refused) == len(lines)
    for name, (outcome, _) in judged.outcomes.items():
        said = [line for line in lines if line.reference == name]
        assert len(said) == 1
        assert said[0].amount_fen == 100
        assert (states[name], outcome) not in {("PAID", "PAID"), ("RETURNED", "RETURNED"), ("RETURNED", "PAID")}
    sent = {name for name, state in states.items() if state == "SENT"}
    assert set(judged.doubtful) == sent - set(judged.outcomes)


DAY = date(2020, 7, 1)


@pytest.mark.parametrize(
    ("second", "days", "batch", "expected"),
    [
        (5_00, 30, 2, {1, 2}),  # together the tier, on the last day
        (5_00, 31, 2, set()),  # a day later
        (4_99, 30, 2, set()),  # a fen less
        (5_00, 30, 1, set()),  # one batch: it was added up when it was made
        (10_00, 0, 2, set()),  # a payment that reaches the tier alone was judged by it
    ],
)
def test_a_split_reaches_the_tier_within_the_days_over_several_batches(
    second: int, days: int, batch: int, expected: set[int]
) -> None:
    paid = [Paid(1, DAY, 5_00, 1), Paid(2, DAY + timedelta(days=days), second, batch)]
    assert split_run(paid, start_fen=10_00, days=30) == expected


def test_money_dwells_from_the_day_it_came_to_the_day_it_went_the_oldest_first() -> None:
    later = [DAY + timedelta(days=days) for days in range(40)]
    assert dwell_days([], [], on=DAY) == (0, 0)
    assert dwell_days([(DAY, 10)], [], on=later[5]) == (50, 10), "what is still there counts up to today"
    ins, outs = [(DAY, 10), (later[10], 10)], [(later[10], 15), (later[20], 5)]
    assert dwell_days(ins, outs, on=later[39]) == (10 * 10 + 5 * 0 + 5 * 10, 20)
    assert dwell_days([(later[3], 10)], [(DAY, 10)], on=later[9]) == (0, 10), "a paper dated back takes no days away"


@given(
    ins=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 50)), max_size=6).map(sorted),
    outs=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 50)), max_size=6).map(sorted),
)
@settings(max_examples=60, deadline=None)
def test_the_mean_dwell_time_lies_between_nothing_and_the_whole_time(
    ins: list[tuple[int, int]], outs: list[tuple[int, int]]
) -> None:
    came = [(DAY + timedelta(days=days), fen) for days, fen in ins]
    went = [(DAY + timedelta(days=days), fen) for days, fen in outs]
    weight, fen = dwell_days(came, went, on=DAY + timedelta(days=30))
    assert fen == sum(amount for _, amount in ins)
    assert 0 <= weight <= 30 * fen


def test_a_year_is_over_from_december_on() -> None:
    assert not year_is_over(2020, on=date(2020, 11, 30))
    assert year_is_over(2020, on=date(2020, 12, 1))
    assert year_is_over(2020, on=date(2021, 1, 1))
    assert not year_is_over(2021, on=date(2020, 12, 31))


def test_the_columns_of_money_add_up_to_what_was_received_with_the_pool_where_there_is_one() -> None:
    def line(**fen: int) -> LevelSum:
        names = ("received", "passed_on", "available", "pool", "committed", "transit", "paid")
        return LevelSum(3, 1, 1, "防贫中心", "CITY", "市级资金", "防贫救助", 2020, 1,
                        **{f"{name}_fen": fen.get(name, 0) for name in names})  # fmt: skip

    plain, pool = line(received=9, passed_on=1, available=2, paid=6), line(received=5, pool=3, transit=2)
    group = LevelGroup("防贫中心", [plain, pool])
    (received, *parts) = group.totals
    assert (received[1], sum(fen for _, fen, _ in parts)) == (14, 14)
    assert [label for label, _, _ in parts] == [label for label, _, _ in group.columns][1:]
    assert ("资金池", 3, False) in group.totals
    alone = LevelGroup("防贫中心", [plain])
    assert "资金池" not in [label for label, _, _ in alone.columns]
    assert not alone.totals, "one line is its own total"
