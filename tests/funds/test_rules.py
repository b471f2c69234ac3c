"""Rules of money that need no database: what is left of tranches, how a bank's answer is read."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from shouwang.funds.rules import Inflow, ReturnLine, Standing, answer_judge, tranches_left

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
    assert judged.doubtful == sent - set(judged.outcomes)
