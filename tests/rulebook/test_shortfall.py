"""What a removal still lacks: the least that would make each condition hold, the nearest in front."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories.standards import PACKS

from shouwang.rulebook import PackSource
from shouwang.rulebook.policy import Policy, policy_resolve
from shouwang.rulebook.requirements import Requirement, nearest_first, requirements_judge

ON = date(2021, 6, 30)  # the monitoring line of 2021 is 6,000 yuan a head
LINE_FEN = 600_000
MET: dict[str, Any] = {
    "watch_type": "UNSTABLE", "member_count": 3, "net_income_fen": 1_800_001, "steady_income_fen": 1_800_001,
    "reference_income_fen": 1_800_001, "unpriced_spending_count": 0, "identified_date": date(2020, 12, 30),
    "dropout_count": 0, "uninsured_count": 0, "housing_safe": True, "water_safe": True, "open_risks": ["ILLNESS"],
    "is_without_labour": False, "watch_measures": ["HEALTH"], "watch_measure_count": 1, "village_code": 130529101214,
}  # fmt: skip


@pytest.fixture(scope="module")
def policy() -> Policy:
    return policy_resolve(PackSource.from_directory(PACKS), place="national", on=ON)


def judged(policy: Policy, on: date = ON, **facts: Any) -> list[Requirement]:
    return requirements_judge(policy, decides="removal", facts=MET | facts, on=on, way="HELP")


def lacks(policy: Policy, **facts: Any) -> list[tuple[str, str]]:
    return [(one.key, one.lacks.text) for one in nearest_first(judged(policy, **facts)) if one.lacks is not None]


def test_nothing_is_lacking_where_all_holds(policy: Policy) -> None:
    assert lacks(policy) == []


@pytest.mark.parametrize(
    ("facts", "key", "says"),
    [
        ({"identified_date": date(2020, 12, 31)}, "six_months", "再过 1 天，2021-07-01 达到"),
        ({"net_income_fen": 1_800_000}, "income_above", "全户一年还差 0.01 元"),  # on the line is not above it
        ({"net_income_fen": 1_676_544}, "income_above", "全户一年还差 1,234.57 元"),
        ({"dropout_count": 2}, "schooling", "要由 2 到 0"),
        ({"housing_safe": False}, "housing", "“住房安全”登记为否"),
        ({"is_without_labour": True}, "has_labour", "“整户无劳动能力”登记为是"),
        ({"watch_measures": ["HOUSING"]}, "measured_illness", "还没有健康"),
        ({"water_safe": None}, "water", "先查明饮水安全"),
    ],
)
def test_each_condition_says_the_least_that_is_lacking(
    policy: Policy, facts: dict[str, Any], key: str, says: str
) -> None:
    ((found, text),) = lacks(policy, **facts)
    assert found == key and says in text


def test_what_only_has_to_wait_stands_in_front_and_what_is_not_known_at_the_end(policy: Policy) -> None:
    found = lacks(
        policy, water_safe=None, housing_safe=False, uninsured_count=1, net_income_fen=1_000_000,
        reference_income_fen=1_799_999, identified_date=date(2021, 1, 1),
    )  # fmt: skip
    assert [key for key, _ in found] == ["six_months", "spending_solved", "income_above", "insured", "housing", "water"]


@settings(max_examples=30)
@given(st.integers(-5_000_000, 1_800_000), st.integers(1, 9))
def test_so_much_more_holds_and_one_fen_less_does_not(policy: Policy, net_fen: int, heads: int) -> None:
    def above(fen: int) -> Requirement:
        return next(one for one in judged(policy, net_income_fen=fen, member_count=heads) if one.key == "income_above")

    found = above(net_fen).lacks
    if found is None:
        assert net_fen > heads * LINE_FEN
        return
    assert above(net_fen + int(found.size)).result is True
    assert above(net_fen + int(found.size) - 1).result is False


@settings(max_examples=20)
@given(st.dates(date(2021, 1, 1), ON))
def test_the_day_that_is_named_is_the_first_on_which_it_holds(policy: Policy, identified: date) -> None:
    found = next(one.lacks for one in judged(policy, identified_date=identified) if one.key == "six_months")
    assert found is not None
    day = ON + timedelta(days=int(found.size))
    for on, holds in ((day, True), (day - timedelta(days=1), False)):
        again = next(one for one in judged(policy, on, identified_date=identified) if one.key == "six_months")
        assert again.result is holds
