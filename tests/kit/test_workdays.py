from datetime import date, timedelta

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


DAYS = st.dates(date(2019, 1, 1), date(2026, 6, 30))


@given(
    start=DAYS, days=st.integers(0, 40), after=st.integers(0, 60), pause=st.integers(0, 60), is_working=st.booleans()
)
def test_a_pause_leaves_as_many_days_as_there_were(
    start: date, days: int, after: int, pause: int, is_working: bool
) -> None:
    calendar = calendar_seed()
    add = calendar.working_days_add if is_working else calendar.calendar_days_add
    due = add(start, days).day
    paused_on = start + timedelta(days=after)
    resumed_on = paused_on + timedelta(days=pause)
    moved = calendar.after_pause(due, paused_on=paused_on, resumed_on=resumed_on, is_working=is_working).day
    if due < paused_on:
        assert moved == due  # it had run out before
    elif is_working:
        day = timedelta(days=1)
        left = calendar.working_days_between(paused_on - day, due)
        assert calendar.working_days_between(resumed_on - day, moved) == left or (left == 0 and moved >= resumed_on)
    else:
        assert moved - due == resumed_on - paused_on
    assert moved >= due


@given(start=DAYS, days=st.integers(1, 20), first=st.integers(0, 20), second=st.integers(0, 20))
def test_two_pauses_one_after_the_other_are_one(start: date, days: int, first: int, second: int) -> None:
    calendar = calendar_seed()
    due = calendar.working_days_add(start, days).day
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    at_once = calendar.after_pause(due, paused_on=start, resumed_on=end, is_working=True).day
    once = calendar.after_pause(due, paused_on=start, resumed_on=middle, is_working=True).day
    twice = calendar.after_pause(once, paused_on=middle, resumed_on=end, is_working=True).day
    assert twice == at_once


def test_a_pause_over_the_holiday_ends_on_the_working_day_after_it() -> None:
    calendar = calendar_seed()  # 2020-06-25 to 27 off, Sunday 28 working
    due = calendar.after_pause(date(2020, 6, 24), paused_on=date(2020, 6, 24), resumed_on=date(2020, 6, 25),
                               is_working=True)  # fmt: skip
    assert due.day == date(2020, 6, 28)
    with pytest.raises(ValueError, match="before it begins"):
        calendar.after_pause(due.day, paused_on=date(2020, 6, 24), resumed_on=date(2020, 6, 23), is_working=True)


def test_a_day_beyond_the_seed_is_provisional_until_its_year_is_added() -> None:
    seed = calendar_seed()
    beyond = seed.last + timedelta(days=1)
    assert (seed.is_provisional(seed.last), seed.is_provisional(beyond)) == (False, True)
    extended = seed.extended({beyond: False}, last=date(beyond.year, 12, 31), source="试验")
    assert not extended.is_provisional(beyond)
    assert not extended.is_working(beyond)
    assert extended.working_days_add(seed.last, 1).day > beyond
