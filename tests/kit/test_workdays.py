from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kit.workdays import calendar_seed


def test_a_holiday_is_no_working_day_and_its_make_up_weekend_is():
    calendar = calendar_seed()
    assert not calendar.is_working(date(2020, 10, 1))
    assert not calendar.is_working(date(2020, 6, 25))
    assert calendar.is_working(date(2020, 6, 28))  # a Sunday made up for the dragon boat holiday
    assert not calendar.is_working(date(2020, 6, 27))


def test_a_clock_of_working_days_skips_the_holiday():
    calendar = calendar_seed()
    end = calendar.working_days_add(date(2020, 6, 24), 2)
    assert (end.day, end.is_provisional) == (date(2020, 6, 29), False)


def test_a_clock_of_zero_days_ends_on_its_start():
    assert calendar_seed().working_days_add(date(2020, 6, 27), 0).day == date(2020, 6, 27)


def test_a_day_beyond_the_published_calendar_is_provisional():
    calendar = calendar_seed()
    assert not calendar.working_days_add(date(2026, 12, 30), 1).is_provisional
    assert calendar.working_days_add(date(2026, 12, 31), 1).is_provisional


def test_an_extension_replaces_the_provisional_days():
    calendar = calendar_seed()
    longer = calendar.extended({date(2027, 1, 1): False}, last=date(2027, 12, 31), source="国办 2026")
    assert calendar.working_days_add(date(2026, 12, 31), 1).day == date(2027, 1, 1)
    end = longer.working_days_add(date(2026, 12, 31), 1)
    assert (end.day, end.is_provisional) == (date(2027, 1, 4), False)


def test_calendar_days_count_every_day():
    assert calendar_seed().calendar_days_add(date(2020, 6, 24), 5).day == date(2020, 6, 29)
    with pytest.raises(ValueError, match="backwards"):
        calendar_seed().calendar_days_add(date(2020, 6, 24), -1)


@given(st.dates(date(2010, 1, 1), date(2026, 1, 1)), st.integers(1, 60))
def test_the_days_between_start_and_end_are_the_days_of_the_clock(start, days):
    calendar = calendar_seed()
    end = calendar.working_days_add(start, days).day
    assert calendar.is_working(end)
    assert calendar.working_days_between(start, end) == days
    assert calendar.working_days_between(end, start) == -days
