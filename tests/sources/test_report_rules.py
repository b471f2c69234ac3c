from __future__ import annotations

from datetime import date

import pytest

from shouwang.sources.rules.report import (
    AmountNegative,
    Amounts,
    OccurredInFuture,
    OccurredTooLongAgo,
    PersonalNumberInText,
    ReimbursedAboveGross,
    amounts_completed,
    occurred_check,
    text_check,
)

ON = date(2020, 7, 1)


@pytest.mark.parametrize(
    ("known", "whole"),
    [
        (Amounts(100, 30, None), (100, 30, 70)),
        (Amounts(100, None, 70), (100, 30, 70)),
        (Amounts(None, 30, 70), (100, 30, 70)),
        (Amounts(100, None, None), (100, None, None)),
        (Amounts(None, None, None), (None, None, None)),
        (Amounts(100, 30, 60), (100, 30, 60)),
    ],
)
def test_the_third_amount_follows_from_two(known: Amounts, whole: tuple[int | None, ...]) -> None:
    done = amounts_completed(known)
    assert (done.gross_fen, done.reimbursed_fen, done.self_paid_fen) == whole


def test_parts_above_the_whole_are_refused_and_equal_ones_are_not() -> None:
    assert amounts_completed(Amounts(100, 30, 70)).gross_fen == 100
    with pytest.raises(ReimbursedAboveGross):
        amounts_completed(Amounts(100, 30, 71))


@pytest.mark.parametrize("amounts", [Amounts(-1), Amounts(income_drop_fen=-1)])
def test_an_amount_below_zero_is_refused(amounts: Amounts) -> None:
    with pytest.raises(AmountNegative):
        amounts_completed(amounts)


def test_an_event_of_today_is_taken_and_of_tomorrow_refused() -> None:
    occurred_check(ON, on=ON)
    with pytest.raises(OccurredInFuture):
        occurred_check(date(2020, 7, 2), on=ON)


def test_an_event_of_long_ago_is_refused() -> None:
    occurred_check(date(2010, 1, 1), on=ON)
    with pytest.raises(OccurredTooLongAgo):
        occurred_check(date(2009, 12, 31), on=ON)


@pytest.mark.parametrize(
    "text",
    [
        "身份证 130599197003070312", "１３９９９９１９７００３０７０３１Ｘ", "电话13800138000", "138-0013-8000",
        "卡号6222 0200 0000 0000 000",
    ],
)  # fmt: skip
def test_personal_numbers_have_no_place_in_the_text(text: str) -> None:
    with pytest.raises(PersonalNumberInText):
        text_check(text, field="summary")


@pytest.mark.parametrize("text", ["花了 14269.13 元，2020-05-09 手术", "家里 4 口人，欠债 100000 元"])
def test_amounts_and_days_may_stand_in_the_text(text: str) -> None:
    assert text_check(f"  {text} ", field="summary") == text
