"""Money, days, distances and masks as pages show them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from shouwang.ui.tags import text
from shouwang.ui.words import problems, relative_days

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2020, 6, 30, 14, 5, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("fen", "shown"),
    [(1426913, "14,269.13"), (0, "0.00"), (-1, "-0.01"), (5, "0.05"), (500000, "5,000.00"), (None, "—"), ("", "—")],
)
def test_fen_are_shown_as_yuan(fen: int | None, shown: str) -> None:
    assert text.yuan(fen) == shown


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_no_fen_is_lost_when_it_is_shown(fen: int) -> None:
    assert round(float(text.yuan(fen).replace(",", "")) * 100) == fen or abs(fen) > 2**53
    assert int(text.yuan(fen).replace(",", "").replace(".", "")) == fen


@pytest.mark.parametrize(
    ("fen", "shown"), [(1041200000, "1,041.20"), (4999, "0.00"), (5000, "0.01"), (-5000, "-0.01"), (None, "—")]
)
def test_fen_are_shown_as_wan(fen: int | None, shown: str) -> None:
    assert text.wan(fen) == shown


def test_a_count_has_its_thousands() -> None:
    assert text.number(69348) == "69,348"
    assert text.number(0) == "0"
    assert text.number(None) == "—"


def test_a_day_is_written_year_first() -> None:
    assert text.day(date(2020, 6, 3)) == "2020-06-03"
    assert text.day(None) == "—"


def test_an_instant_falls_on_its_shanghai_day() -> None:
    assert text.day(datetime(2020, 6, 29, 17, 0, tzinfo=ZoneInfo("UTC"))) == "2020-06-30"


@pytest.mark.parametrize(
    ("back", "said"),
    [
        (timedelta(seconds=20), "刚刚"),
        (timedelta(minutes=5), "5 分钟前"),
        (timedelta(hours=3), "3 小时前"),
        (timedelta(hours=20), "昨天"),
        (timedelta(days=9), "9 天前"),
        (timedelta(minutes=-10), "还有 10 分钟"),
        (timedelta(days=-2), "还有 2 天"),
    ],
)
def test_the_relative_time_stands_beside_the_absolute(back: timedelta, said: str) -> None:
    shown = text.when(NOW - back, NOW)
    assert f"{NOW - back:%Y-%m-%d %H:%M}" in shown
    assert said in shown


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "今天"), (1, "明天"), (-1, "昨天"), (60, "还有 60 天"), (-61, "约 2 个月前"), (-800, "约 2 年前")],
)
def test_far_days_are_told_roughly(days: int, said: str) -> None:
    assert relative_days(days) == said


def test_masks_hide_what_kit_says() -> None:
    assert text.mask_id("13052919700101123X") == "130529••••••••123X"
    assert text.mask_id_public("13052919700101123X") == "130529••••••••••••"
    assert text.mask_phone("13800001234") == "138••••1234"
    assert text.mask_account("6222020200012345678").endswith("5678")
    assert text.mask_name("张胜坤") == "张•坤"
    assert text.mask_id(None) == "—"


class Limited(forms.Form):
    usual = forms.IntegerField(min_value=1, max_value=10_000_000)
    own = forms.IntegerField(min_value=1, error_messages={"min_value": "至少 1 周"})


def test_the_limits_of_a_number_are_said_plainly_unless_a_room_says_them_itself() -> None:
    low, high = Limited({"usual": "0", "own": "0"}), Limited({"usual": "10000001", "own": "1"})
    assert [problems(low["usual"]), problems(low["own"])] == [["不能小于 1"], ["至少 1 周"]]
    assert problems(high["usual"]) == ["不能大于 10,000,000"]
