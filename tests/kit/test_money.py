from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kit import money


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("14269.13", 1426913),
        ("14,269.13", 1426913),
        ("１４，２６９．１３元", 1426913),
        ("￥14,269.13", 1426913),
        (" 235 元 ", 23500),
        ("0", 0),
        ("0.01", 1),
        (".5", 50),
        ("5.", 500),
        ("1.2万元", 1_200_000),
        ("1041.2 万", 1_041_200_000),
        ("5000.10", 500010),
        (5000, 500000),
        (14269.13, 1426913),
        (0.1 + 0.2, 30),
        (Decimal("5000.01"), 500001),
        ("5角", 50),
        ("人民币100元整", 10000),
    ],
)
def test_an_amount_is_read_as_people_write_it(text, fen):
    assert money.fen_parse(text) == fen


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", money.AmountMissing),
        (None, money.AmountMissing),
        ("   ", money.AmountMissing),
        ("五千", money.AmountUnreadable),
        ("约5000", money.AmountUnreadable),
        ("1,2", money.AmountUnreadable),
        ("12,34.5", money.AmountUnreadable),
        ("5000-6000", money.AmountUnreadable),
        (True, money.AmountUnreadable),
        (float("nan"), money.AmountUnreadable),
        (float("inf"), money.AmountUnreadable),
        ("-1", money.AmountNegative),
        ("－１", money.AmountNegative),
        (-0.01, money.AmountNegative),
        ("0.001", money.AmountTooFine),
        (5000.001, money.AmountTooFine),
        ("100000000", money.AmountAbsurd),
        (1e300, money.AmountAbsurd),
        ("9" * 400, money.AmountAbsurd),
    ],
)
def test_a_bad_amount_is_refused_in_one_chinese_sentence(text, refusal):
    with pytest.raises(refusal) as caught:
        money.fen_parse(text)
    assert caught.value.message.endswith("。")


def test_the_largest_amount_is_one_fen_below_the_limit():
    assert money.fen_parse("99999999.99") == money.LIMIT_FEN - 1


def test_a_negative_amount_is_read_where_one_may_be():
    assert money.fen_parse("-3,000.50", allow_negative=True) == -300050


def test_an_amount_without_a_unit_counts_in_the_unit_of_its_column():
    assert money.fen_parse("3.5", unit="万元") == 3_500_000
    assert money.fen_parse("3.5元", unit="万元") == 350


@given(st.integers(min_value=0, max_value=money.LIMIT_FEN - 1))
def test_rendered_yuan_reads_back_to_the_same_fen(fen):
    assert money.fen_parse(money.yuan_text(fen)) == fen
    assert money.fen_parse(fen / 100) == fen


@given(st.integers(-(10**12), 10**12), st.integers(1, 30))
def test_a_per_head_amount_is_floored_also_below_zero(fen, heads):
    share = money.per_head_floor(fen, heads)
    assert share * heads <= fen < (share + 1) * heads


def test_a_loss_of_one_fen_among_three_is_one_fen_a_head():
    assert money.per_head_floor(-1, 3) == -1
    assert money.per_head_floor(1, 3) == 0
    with pytest.raises(ValueError, match="heads"):
        money.per_head_floor(1, 0)


@pytest.mark.parametrize(
    ("fen", "text"),
    [(1_041_200_000, "1,041.20"), (0, "0.00"), (5000, "0.01"), (4999, "0.00"), (-5000, "-0.01"), (-1, "0.00")],
)
def test_ten_thousands_are_rounded_half_up(fen, text):
    assert money.wan_text(fen) == text


def test_yuan_are_rendered_with_separators_and_two_places():
    assert money.yuan_text(1426913) == "14,269.13"
    assert money.yuan_text(-5) == "-0.05"


@given(st.integers(-(10**12), 10**12), st.decimals(0, 2, places=4))
def test_a_rate_is_applied_exactly(fen, rate):
    exact = Fraction(rate) * fen
    assert money.rate_times(fen, rate) == exact
    assert money.rate_times_floor(fen, rate) <= exact < money.rate_times_floor(fen, rate) + 1
    assert abs(money.rate_times_half_up(fen, rate) - exact) <= Fraction(1, 2)


def test_a_rate_is_never_a_float():
    assert money.rate_times_floor(1_800_000, "50%") == 900_000
    with pytest.raises(TypeError):
        money.rate_times(100, 0.5)


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (140950, "壹仟肆佰零玖元伍角整"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (10700053, "壹拾万柒仟元伍角叁分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (100000100, "壹佰万零壹元整"),
        (10_000_000_000_00, "壹佰亿元整"),
        (1_000_050_000_00, "壹拾亿零伍万元整"),
        (5, "伍分"),
        (50, "伍角整"),
    ],
)
def test_capitals_are_written_as_vouchers_ask_for_them(fen: int, text: str) -> None:
    assert money.yuan_capitals(fen) == text


@given(st.integers(1, 10**15))
def test_capitals_hold_every_digit_in_its_order_and_no_two_noughts_together(fen: int) -> None:
    text = money.yuan_capitals(fen)
    assert [money.CAPITALS.index(sign) for sign in text if sign in money.CAPITALS[1:]] == [
        int(digit) for digit in str(fen) if digit != "0"
    ]
    assert "零零" not in text
    assert text[-1] in "整分"
