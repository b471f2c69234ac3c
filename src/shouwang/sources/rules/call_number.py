"""The number a caller is told: nine digits, the last a check digit, said in threes."""

from __future__ import annotations

from stdnum import luhn

from shouwang.kit.errors import Refusal
from shouwang.kit.texts import squeezed

DIGITS = 9


class CallNumberWrong(Refusal):
    """What was read out can be no such number: too long, too short, or a digit was misheard."""

    sentence = "这个号码不对：应该是 9 位数字，可能有一位听错了，请来电人再念一遍。"


def call_number(seed: bytes) -> str:
    """This function returns the number that 32 secret bytes stand for: eight digits and their check digit."""
    body = f"{int.from_bytes(seed[:16]) % 10 ** (DIGITS - 1):0{DIGITS - 1}d}"
    return body + luhn.calc_check_digit(body)


def call_number_read(text: str) -> str:
    """This function reads a number as somebody typed it; raises CallNumberWrong."""
    digits = squeezed(text).replace("-", "")
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()) or not luhn.is_valid(digits):
        raise CallNumberWrong
    return digits


def call_number_said(number: str) -> str:
    """This function returns a number in threes, as it is read out."""
    return " ".join(number[start : start + 3] for start in range(0, DIGITS, 3))
