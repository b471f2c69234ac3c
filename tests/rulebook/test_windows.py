"""Windows: half-open spans of days around the day of a run."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.rulebook.windows import Window, months_before


@pytest.mark.parametrize("on", [date(2020, 6, 1), date(2020, 6, 15), date(2020, 6, 30)])
def test_full_months_end_before_the_month_of_the_day(on: date) -> None:
    assert Window(kind="full_months", months=12).span(on) == (date(2019, 6, 1), date(2020, 6, 1))


def test_full_months_can_be_moved_back() -> None:
    assert Window(kind="full_months", months=12, skip=12).span(date(2020, 6, 15)) == (
        date(2018, 6, 1),
        date(2019, 6, 1),
    )


def test_months_run_up_to_the_day() -> None:
    assert Window(kind="months", months=12).span(date(2020, 6, 30)) == (date(2019, 7, 1), date(2020, 7, 1))


def test_the_year_begins_on_new_years_day() -> None:
    assert Window(kind="year").span(date(2020, 1, 1)) == (date(2020, 1, 1), date(2020, 1, 2))
    assert Window(kind="year").span(date(2019, 12, 31)) == (date(2019, 1, 1), date(2020, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2020, 3, 31), 1, date(2020, 2, 29)),
        (date(2019, 3, 31), 1, date(2019, 2, 28)),
        (date(2020, 2, 29), 12, date(2019, 2, 28)),
        (date(2020, 1, 31), 1, date(2019, 12, 31)),
        (date(2020, 1, 15), -1, date(2020, 2, 15)),
        (date(2019, 11, 30), -1, date(2019, 12, 30)),
    ],
)
def test_a_day_is_kept_inside_its_month(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


@given(st.dates(date(1950, 1, 1), date(2090, 12, 31)), st.integers(0, 300))
def test_going_back_goes_back_the_right_number_of_months(day: date, months: int) -> None:
    before = months_before(day, months)
    assert (day.year - before.year) * 12 + day.month - before.month == months
    assert before.day <= day.day
