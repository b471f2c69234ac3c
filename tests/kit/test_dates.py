from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kit import dates

DAY = date(2020, 6, 30)


@pytest.mark.parametrize(
    "text",
    [
        "2020-06-30", "2020-6-30", "2020/6/30", "2020/06/30", "2020.6.30", "2020年6月30日", "２０２０年６月３０日",
        "20200630", "２０２０－０６－３０", "2020-06-30 12:30:00", "2020/6/30 9:05", "2020-06-30T12:30:00.000",
        " 2020 年 6 月 30 日 ",
        "20200630123000", "44012", 44012, 44012.0, 44012.75, 20200630, 20200630.0, DAY,
        datetime(2020, 6, 30, 8),  # noqa: DTZ001 - cells of a spreadsheet carry no zone
       
        "2020。06。30", "2020年6月30号",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_form_files_use(text):
    assert dates.day_parse(text) == DAY


def test_an_instant_is_the_day_it_is_in_shanghai():
    assert dates.day_parse(datetime(2020, 6, 29, 16, 0, tzinfo=UTC)) == DAY
    assert dates.day_parse(datetime(2020, 6, 29, 15, 59, tzinfo=UTC)) == DAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", dates.DayMissing),
        (None, dates.DayMissing),
        ("2020-02-30", dates.DayImpossible),
        ("20201301", dates.DayImpossible),
        ("1899-12-31", dates.DayImpossible),
        ("2101-01-01", dates.DayImpossible),
        ("30/06/2020", dates.DayUnreadable),
        ("20-06-30", dates.DayUnreadable),
        ("去年", dates.DayUnreadable),
        ("202006", dates.DayUnreadable),
        (True, dates.DayUnreadable),
        (60, dates.DayImpossible),
        (float("nan"), dates.DayUnreadable),
        (float("inf"), dates.DayUnreadable),
        (-5, dates.DayImpossible),
    ],
)
def test_what_is_no_day_is_refused(text, refusal):
    with pytest.raises(refusal) as caught:
        dates.day_parse(text)
    assert caught.value.message.endswith("。")


def test_the_first_serial_taken_is_the_first_march_of_1900():
    assert dates.day_parse(61) == date(1900, 3, 1)


@given(st.dates(date(1900, 3, 1), date(2100, 12, 31)))
def test_every_form_reads_back_to_the_same_day(day):
    serial = (day - date(1899, 12, 30)).days
    assert {
        dates.day_parse(form)
        for form in (day.isoformat(), f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日", serial, float(serial))
    } == {day}


@pytest.mark.parametrize(
    "text", ["202006", "2020-06", "2020年6月", "2020年06月份", "2020.6", 202006, "2020-06-30", 44012]
)
def test_a_month_is_read_as_its_first_day(text):
    assert dates.month_parse(text) == date(2020, 6, 1)


def test_the_window_is_the_twelve_full_months_before_the_month():
    window = (date(2019, 6, 1), date(2020, 6, 1))
    assert dates.month_window(date(2020, 6, 1)) == window
    assert dates.month_window(date(2020, 6, 30)) == window
    assert dates.month_window(date(2020, 5, 31)) == (date(2019, 5, 1), date(2020, 5, 1))


def test_a_month_too_short_ends_on_its_last_day():
    assert dates.months_add(date(2020, 1, 31), 1) == date(2020, 2, 29)
    assert dates.months_add(date(2019, 1, 31), 1) == date(2019, 2, 28)
    assert dates.months_add(date(2020, 3, 31), -1) == date(2020, 2, 29)


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.integers(-400, 400))
def test_moving_by_months_lands_in_the_month_counted(day, months):
    moved = dates.months_add(day, months)
    assert moved.year * 12 + moved.month == day.year * 12 + day.month + months


def test_a_birthday_counts_from_its_day_on():
    assert dates.years_old(date(2000, 6, 30), on=date(2020, 6, 29)) == 19
    assert dates.years_old(date(2000, 6, 30), on=date(2020, 6, 30)) == 20
