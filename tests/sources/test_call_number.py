"""The number told to a caller: nine digits that reveal nothing and betray a misheard digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.sources.rules.call_number import CallNumberWrong, call_number, call_number_read, call_number_said

SEEDS = st.binary(min_size=32, max_size=32)


@given(SEEDS)
def test_a_number_is_read_back_as_it_was_said(seed: bytes) -> None:
    number = call_number(seed)
    assert call_number_read(call_number_said(number)) == number
    assert len(number) == 9


@given(SEEDS, st.integers(0, 8), st.integers(1, 9))
def test_one_misheard_digit_is_noticed(seed: bytes, place: int, off: int) -> None:
    number = call_number(seed)
    wrong = number[:place] + str((int(number[place]) + off) % 10) + number[place + 1 :]
    with pytest.raises(CallNumberWrong):
        call_number_read(wrong)


@pytest.mark.parametrize("text", ["", "12345678", "1234567890", "四零七二九一八三六", "12345678x"])
def test_what_can_be_no_number_is_refused(text: str) -> None:
    with pytest.raises(CallNumberWrong):
        call_number_read(text)


def test_full_width_digits_and_hyphens_are_read() -> None:
    number = call_number(b"\1" * 32)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    assert call_number_read(wide) == call_number_read("-".join(number)) == number
