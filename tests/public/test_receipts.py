"""Receipts: every single wrong digit and every swap of neighbours is found; what fits the check is read back."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shouwang.kit.codes import Risk
from shouwang.public.rules.causes import PLAIN
from shouwang.public.rules.receipts import (
    DIGITS,
    RANDOM_DIGITS,
    PinEasy,
    PinUnfit,
    ReceiptMistyped,
    pin_check,
    pin_digest,
    pin_new,
    pin_read,
    receipt_grouped,
    receipt_new,
    receipt_of,
    receipt_read,
)

numbers = st.integers(min_value=0, max_value=10**RANDOM_DIGITS - 1)


def test_a_receipt_holds_at_least_sixty_four_random_bits() -> None:
    assert math.log2(10**RANDOM_DIGITS) >= 64
    assert len({receipt_new() for _ in range(50)}) == 50


@given(numbers)
def test_a_receipt_is_read_back_however_it_is_grouped(number: int) -> None:
    receipt = receipt_of(number)
    assert len(receipt) == DIGITS
    grouped = receipt_grouped(receipt)
    assert [len(group) for group in grouped.split()] == [3] * 7
    full_width = grouped.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    for typed in (receipt, grouped, grouped.replace(" ", "-"), f"  {full_width}　", grouped.replace(" ", "，")):
        assert receipt_read(typed) == receipt


@given(numbers, st.integers(min_value=0, max_value=DIGITS - 1), st.integers(min_value=1, max_value=9))
def test_one_wrong_digit_is_always_found(number: int, place: int, step: int) -> None:
    receipt = receipt_of(number)
    wrong = receipt[:place] + str((int(receipt[place]) + step) % 10) + receipt[place + 1 :]
    with pytest.raises(ReceiptMistyped):
        receipt_read(wrong)


@given(numbers, st.integers(min_value=0, max_value=DIGITS - 2))
def test_two_neighbours_the_wrong_way_round_are_always_found(number: int, place: int) -> None:
    receipt = receipt_of(number)
    assume(receipt[place] != receipt[place + 1])
    with pytest.raises(ReceiptMistyped):
        receipt_read(receipt[:place] + receipt[place + 1] + receipt[place] + receipt[place + 2 :])


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused_in_a_sentence(text: str) -> None:
    try:
        assert len(receipt_read(text)) == DIGITS
    except ReceiptMistyped as refusal:
        assert refusal.message.endswith("。")


def test_about_one_in_ten_numbers_made_up_at_random_fits_the_check() -> None:
    fits = 0
    for number in range(2000):
        try:
            receipt_read(f"{number * 104729 % 10**DIGITS:0{DIGITS}d}")
            fits += 1
        except ReceiptMistyped:
            pass
    assert 100 < fits < 320


@pytest.mark.parametrize("pin", ["111111", "123456", "987654", "901234", "112112", "121212", "000001"])
def test_a_pin_that_is_tried_first_is_refused(pin: str) -> None:
    with pytest.raises(PinEasy):
        pin_check(pin)


def test_a_pin_out_of_ones_own_numbers_is_refused_and_another_is_not() -> None:
    with pytest.raises(PinEasy):
        pin_check("138274", numbers=("13827465012",))
    with pytest.raises(PinEasy):
        pin_check("195203", numbers=("", "130529195203021234"))
    pin_check("519274", numbers=("13827465012",))


@pytest.mark.parametrize("text", ["12345", "1234567", "12a456", "", "五一九二七四"])
def test_what_is_no_pin_is_refused(text: str) -> None:
    with pytest.raises(PinUnfit):
        pin_read(text)


def test_pins_made_here_are_never_easy_and_their_hash_depends_on_the_receipt() -> None:
    for _ in range(200):
        pin_check(pin_new())
    assert pin_digest("519274", salt=b"one") != pin_digest("519274", salt=b"two")
    assert pin_digest("519274", salt=b"one") != pin_digest("519275", salt=b"one")


def test_every_cause_of_the_code_list_has_words_that_a_household_says() -> None:
    assert set(PLAIN) == set(Risk)
    assert not any("因" in word for word in PLAIN.values())
