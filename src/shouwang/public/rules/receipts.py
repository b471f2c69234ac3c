"""Receipt numbers and PINs; pure.

A receipt is twenty random digits (66 bits) and a check digit by Damm's rule, which finds every single wrong digit and
every two neighbours put the wrong way round; digits, because a cheap phone types and an old voice reads them best.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets

from stdnum import damm

from shouwang.kit.errors import Refusal
from shouwang.kit.texts import squeezed

RANDOM_DIGITS = 20
DIGITS = RANDOM_DIGITS + 1
GROUP = 3
PIN_DIGITS = 6
# Some seventy milliseconds and sixteen megabytes a try.
SCRYPT = {"n": 2**14, "r": 8, "p": 2, "dklen": 32, "maxmem": 64 * 1024 * 1024}


class ReceiptMistyped(Refusal):
    """The number cannot be a receipt: its length or its check digit says so."""

    sentence = f"回执号抄错了：一共 {DIGITS} 个数字，请对照回执一组一组核对。"


class PinUnfit(Refusal):
    """Not six digits."""

    sentence = f"密码要正好 {PIN_DIGITS} 个数字。"


class PinEasy(Refusal):
    """A PIN that is tried first."""

    sentence = "这个密码太容易猜（一样的、挨着的数字，或者电话、生日里的数字），请换一个。"


def receipt_of(number: int) -> str:
    """This function returns the receipt of a random number below 10**20: its digits and the check digit."""
    digits = f"{number % 10**RANDOM_DIGITS:0{RANDOM_DIGITS}d}"
    return digits + damm.calc_check_digit(digits)


def receipt_new() -> str:
    """This function returns a fresh receipt of the system's own randomness."""
    return receipt_of(secrets.randbelow(10**RANDOM_DIGITS))


def receipt_read(text: str) -> str:
    """This function returns a typed receipt as bare digits, however it was grouped; raises ReceiptMistyped."""
    digits = re.sub(r"[-‐‑–—.,，。、·]", "", squeezed(text))
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()) or not damm.is_valid(digits):
        raise ReceiptMistyped
    return digits


def receipt_grouped(digits: str) -> str:
    """This function returns a receipt in groups of three, as it is read aloud."""
    return " ".join(digits[start : start + GROUP] for start in range(0, len(digits), GROUP))


def pin_new() -> str:
    """This function returns a fresh PIN that is none of the easy ones."""
    while True:
        pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
        if not _is_easy(pin):
            return pin


def pin_read(text: str) -> str:
    """This function returns a typed PIN as bare digits; raises PinUnfit."""
    digits = squeezed(text)
    if len(digits) != PIN_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise PinUnfit
    return digits


def pin_check(pin: str, *, numbers: tuple[str, ...] = ()) -> None:
    """This function refuses a PIN that is easy to guess, or stands in one of the applicant's own numbers; PinEasy."""
    if _is_easy(pin) or any(pin in number for number in numbers):
        raise PinEasy


def _is_easy(pin: str) -> bool:
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(pin)}
    return len(set(pin)) < 3 or steps in ({1}, {9}) or pin[:3] == pin[3:]


def pin_digest(pin: str, *, salt: bytes) -> bytes:
    """This function returns the slow hash of a PIN; `salt` is the receipt's own."""
    return hashlib.scrypt(pin.encode(), salt=salt, **SCRYPT)
