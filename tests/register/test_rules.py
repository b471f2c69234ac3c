"""The arithmetic of the register on its boundaries."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.register.rules import (
    IncomeAmount,
    common_area,
    has_adult,
    name_initials,
    net_income,
    prefix_end,
    relationships_after,
    spread,
)

ON = date(2020, 6, 15)


def rows(*amounts: tuple[date, str, int]) -> list[IncomeAmount]:
    return [IncomeAmount(*amount) for amount in amounts]


def test_the_window_is_the_twelve_full_months_before_the_month_of_the_day() -> None:
    net = net_income(
        rows(
            (date(2019, 5, 1), "WAGE", 1), (date(2019, 6, 1), "WAGE", 10), (date(2020, 5, 1), "WAGE", 100),
            (date(2020, 6, 1), "WAGE", 1000),
        ),
        on=ON, members=1,
    )  # fmt: skip
    assert (net.net_fen, net.first_month, net.last_month) == (110, date(2019, 6, 1), date(2020, 5, 1))


def test_costs_are_taken_off_claims_do_not_count_and_heads_are_floored_below_zero_too() -> None:
    month = date(2020, 1, 1)
    net = net_income(rows((month, "WAGE", 100), (month, "COST", 200), (month, "CLAIMS", 900)), on=ON, members=3)
    assert (net.net_fen, net.per_capita_fen, net.claims_fen) == (-100, -34, 900)


def test_nothing_known_is_not_zero() -> None:
    assert net_income([], on=ON, members=3).per_capita_fen is None
    assert net_income(rows((date(2020, 1, 1), "CLAIMS", 5)), on=ON, members=3).net_fen is None
    assert net_income(rows((date(2020, 1, 1), "WAGE", 0)), on=ON, members=3).per_capita_fen == 0
    assert net_income(rows((date(2020, 1, 1), "WAGE", 5)), on=ON, members=0).per_capita_fen is None


@given(st.integers(0, 10**10))
def test_a_year_spread_over_months_loses_no_fen(amount: int) -> None:
    months = spread(amount, months=12)
    assert len(months) == 12
    assert sum(months) == amount
    assert max(months) - min(months) <= 1


@pytest.mark.parametrize(
    ("births", "found"),
    [
        ([date(2002, 6, 15)], True),
        ([date(2002, 6, 16)], False),
        ([None], True),
        ([], False),
    ],
)
def test_an_adult_is_of_age_on_her_eighteenth_birthday(births: list[date | None], found: bool) -> None:
    assert has_adult(births, on=ON) is found


@pytest.mark.parametrize(
    ("first", "second", "area"),
    [
        (130529101214, 130529101214, (130529101214, 130529101214)),
        (130529101214, 130529101201, (130529101000, 130529101999)),
        (130529101214, 130529102201, (130529000000, 130529999999)),
        (130529101214, 130532001001, (130500000000, 130599999999)),
        (130529101214, 131102001001, (130000000000, 139999999999)),
        (130529101214, 320706001001, (0, 999999999999)),
    ],
)
def test_the_common_superior_is_the_smallest_area_that_holds_both(first: int, second: int, area) -> None:
    assert common_area(first, second) == area == common_area(second, first)


@pytest.mark.parametrize(
    ("name", "initials"),
    [("张胜坤", "zsk"), ("单田芳", "stf"), ("仇英", "qy"), ("阿依古丽·买买提", "aygl"), ("", ""), ("ABC", "abc")],
)
def test_initials_are_small_letters(name: str, initials: str) -> None:
    assert name_initials(name).startswith(initials)


@given(st.text(min_size=1, max_size=4), st.text(max_size=4))
def test_every_text_with_a_beginning_lies_before_its_end(beginning: str, rest: str) -> None:
    if ord(beginning[-1]) in (0x10FFFF, 0xD7FF):
        return
    assert beginning <= beginning + rest < prefix_end(beginning)


def test_the_old_head_becomes_a_parent_when_the_son_heads_the_household() -> None:
    before = {1: "HEAD", 2: "SPOUSE", 3: "CHILD", 4: "CHILD_IN_LAW", 5: "GRANDCHILD", 6: "CHILD"}
    assert relationships_after(before, 3) == {
        3: "HEAD", 1: "PARENT", 2: "PARENT", 4: "SPOUSE", 5: "CHILD", 6: "SIBLING",
    }  # fmt: skip


def test_two_sons_wives_do_not_both_become_the_spouse() -> None:
    before = {1: "HEAD", 2: "CHILD", 3: "CHILD_IN_LAW", 4: "CHILD_IN_LAW"}
    assert relationships_after(before, 2) == {2: "HEAD", 1: "PARENT", 3: "OTHER", 4: "OTHER"}
