"""Values as people type them, grids of values, and what a variant is called."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kit.errors import Refusal
from shouwang.oversight.rules.results import per_week
from shouwang.oversight.rules.tables import variant_name
from shouwang.oversight.rules.variants import (
    MOST,
    GridUnreadable,
    TooManyVariants,
    grid_values,
    is_of,
    policy_of_variant,
    quantity_typed,
    value_typed,
    values_moved,
)
from shouwang.rulebook import PackSource, load_policy
from shouwang.rulebook.lines import Measure
from shouwang.rulebook.variants import Threshold, thresholds_of

PACKS = PackSource.from_directory(Path(__file__).resolve().parents[2] / "packs")
DAY = date(2020, 6, 30)
HENGSHUI = load_policy(PACKS, place="hengshui", on=DAY)
XINGTAI = load_policy(PACKS, place="xingtai", on=DAY)


def threshold(path: str, policy: object = HENGSHUI) -> Threshold:
    found = thresholds_of(policy, lo=130000000000, hi=139999999999)  # type: ignore[arg-type]
    return next(one for one in found if one.path == path)


LINE = threshold("amounts.rigid_low_income")
MULTIPLE = threshold("amounts.monitoring_multiple", XINGTAI)
SHARE = threshold("amounts.income_loss_share", XINGTAI)


@pytest.mark.parametrize(
    ("typed", "text"),
    [("12000", "12000"), ("12,000", "12000"), ("１２０００", "12000"), ("1.2万", "12000"), ("12000.50元", "12000.5")],
)
def test_money_is_read_as_people_write_it(typed: str, text: str) -> None:
    assert value_typed(typed, LINE) == text


@pytest.mark.parametrize("typed", ["一万二", "", "0", "-1", "12000.001", "1e4", "12000%", "99999999999999"])
def test_money_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(Refusal):
        value_typed(typed, LINE)


@pytest.mark.parametrize(("typed", "text"), [("1.6", "1.6"), ("２", "2"), ("25%", "0.25"), ("160%", "1.6")])
def test_numbers_and_shares_are_read(typed: str, text: str) -> None:
    assert value_typed(typed, MULTIPLE) == text


@pytest.mark.parametrize("typed", ["", "1/3", "1e3", "nan", "0", "-1", "a", "1 2 x", "1" * 13])
def test_numbers_that_are_none_are_refused(typed: str) -> None:
    with pytest.raises(Refusal):
        value_typed(typed, SHARE)


def test_only_what_is_moved_makes_a_variant() -> None:
    both = thresholds_of(HENGSHUI, lo=131100000000, hi=131199999999)
    typed = {"amounts.rigid_low_income": "12000", "amounts.rigid_first_four": "5000", "amounts.nope": "1"}
    assert values_moved(typed, both) == {"amounts.rigid_low_income": "12000"}
    assert values_moved({}, both) == {}


def test_a_grid_holds_both_its_ends_when_the_steps_meet_them() -> None:
    assert grid_values(first="10000", last="1.2万", step="1000", threshold=LINE) == ["10000", "11000", "12000"]
    assert grid_values(first="10000", last="11999", step="1000", threshold=LINE) == ["10000", "11000"]
    assert grid_values(first="1", last="1", step="1", threshold=MULTIPLE) == ["1"]


def test_a_grid_of_twenty_is_taken_and_of_twenty_one_refused() -> None:
    assert len(grid_values(first="100", last="2000", step="100", threshold=LINE)) == MOST
    with pytest.raises(TooManyVariants, match="21"):
        grid_values(first="100", last="2100", step="100", threshold=LINE)


def test_a_grid_that_runs_backwards_or_stands_is_refused() -> None:
    with pytest.raises(GridUnreadable):
        grid_values(first="2000", last="1000", step="100", threshold=LINE)
    with pytest.raises(Refusal):
        grid_values(first="1000", last="2000", step="0", threshold=LINE)


@given(st.integers(1, 10**8), st.integers(1, 10**6), st.integers(0, MOST - 1))
def test_a_grid_is_what_its_first_value_and_step_say(first: int, step: int, more: int) -> None:
    texts = [f"{fen // 100}.{fen % 100:02d}" for fen in (first, first + step * more, step)]
    found = grid_values(first=texts[0], last=texts[1], step=texts[2], threshold=LINE)
    assert [quantity_typed(text, Measure.MONEY) for text in found] == [first + step * n for n in range(more + 1)]


def test_a_variant_of_another_pack_is_none_of_this_one() -> None:
    assert is_of({"amounts.rigid_low_income": "12000"}, HENGSHUI)
    assert not is_of({"amounts.monitoring_multiple": "2"}, HENGSHUI)
    moved = policy_of_variant({"amounts.rigid_low_income": "12000"}, HENGSHUI)
    assert moved.amounts["rigid_low_income"].value.value == Fraction(1_200_000)


def test_visits_an_officer_and_week_are_rounded_half_up_and_unknown_without_officers() -> None:
    assert per_week(3, officers=2, weeks=4) == "0.4"
    assert per_week(1, officers=1, weeks=20) == "0.1"
    assert per_week(10_000, officers=1, weeks=1) == "10,000.0"
    assert per_week(5, officers=0, weeks=4) is None


def test_a_variant_is_called_by_what_it_moves() -> None:
    one = {"name": "因病启动标准", "area": "巨鹿县", "before": "8000", "after": "6000", "unit": "元"}
    other = {"name": "监测倍数", "area": "", "before": "1.5", "after": "1.6", "unit": "倍"}
    assert variant_name([one, other]) == "因病启动标准（巨鹿县） 6,000 元；监测倍数 1.6 倍"
    assert variant_name([]) == "现行标准"
