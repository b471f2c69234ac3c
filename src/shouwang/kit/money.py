"""Money: integer fen in, integer fen out. No floating-point amount survives this module."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction

from shouwang.kit.errors import Refusal
from shouwang.kit.texts import dashed, squeezed

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000
CAPITALS, PLACES, GROUPS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"), ("", "万", "亿", "兆")
LIMIT_FEN = 10_000_000_000  # one hundred million yuan: no household's single amount reaches it

_EXACT = Context(prec=60)
_UNITS = {"": 100, "元": 100, "块": 100, "圆": 100, "角": 10, "分": 1, "百元": 10_000, "千元": 100_000,
          "万": FEN_PER_WAN, "万元": FEN_PER_WAN, "亿元": 10_000 * FEN_PER_WAN}  # fmt: skip
_AMOUNT = re.compile(
    r"(?:人民币|RMB|CNY|[¥￥])?(?P<sign>[-+]?)(?:[¥￥])?(?P<number>\d[\d,]*(?:\.\d*)?|\.\d+)"
    r"(?P<unit>亿元|万元|千元|百元|万|元|块|圆|角|分)?(?:整|正)?"
)
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")


class AmountRefusal(Refusal):
    """The amount cannot be taken."""


class AmountMissing(AmountRefusal):
    """The cell is empty."""

    sentence = "金额没有填写。没有发生请填 0。"


class AmountUnreadable(AmountRefusal):
    """The text is not an amount."""

    sentence = "金额看不懂，请只填数字，例如 14269.13。"


class AmountNegative(AmountRefusal):
    """The amount is below zero where none may be."""

    sentence = "金额不能是负数，请核对。"


class AmountAbsurd(AmountRefusal):
    """The amount is larger than any real one."""

    sentence = "金额大得不合常理，请核对单位是“元”还是“万元”。"


class AmountTooFine(AmountRefusal):
    """The amount has parts of a fen."""

    sentence = "金额最多到分，请保留两位小数。"


def _number(value: object, unit: str) -> Decimal:
    """This function reads the value as an exact number of fen, possibly broken."""
    if value is None or (isinstance(value, str) and not value.strip()):
        raise AmountMissing
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise AmountUnreadable
    if isinstance(value, str):
        match = _AMOUNT.fullmatch(dashed(squeezed(value)).upper().replace("，", ","))
        if match is None or ("," in match["number"] and not _GROUPED.fullmatch(match["number"])):
            raise AmountUnreadable
        factor = _UNITS[match["unit"]] if match["unit"] else _UNITS[unit]
        number = Decimal(match["sign"] + match["number"].replace(",", ""))
    else:
        factor = _UNITS[unit]
        try:
            number = Decimal(repr(value) if isinstance(value, float) else value)
        except InvalidOperation as error:
            raise AmountUnreadable from error
        if not number.is_finite():
            raise AmountUnreadable
    if number.adjusted() > 30:
        raise AmountAbsurd
    return _EXACT.multiply(number, Decimal(factor))


def fen_parse(value: object, *, unit: str = "元", allow_negative: bool = False, limit_fen: int = LIMIT_FEN) -> int:
    """This function reads an amount as people write it and returns it in fen.

    Texts may carry full-width digits, thousands separators, ¥ and a unit (元, 万元, …); a text without a unit counts in
    `unit`. A float from a spreadsheet cell is taken by its shortest decimal form, noise below a millionth of a fen cut.
    Raises one of the `AmountRefusal`s.
    """
    fen = _number(value, unit)
    whole = fen.to_integral_value(rounding=ROUND_HALF_UP)
    if fen != whole and not (isinstance(value, float) and abs(fen - whole) < Decimal("0.000001")):
        raise AmountTooFine
    result = int(whole)
    if abs(result) >= limit_fen:
        raise AmountAbsurd
    if result < 0 and not allow_negative:
        raise AmountNegative
    return result


def yuan_text(fen: int) -> str:
    """This function renders fen as yuan: 14,269.13."""
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02d}"


def yuan_plain(fen: int) -> str:
    """This function renders fen as yuan without grouping, as forms, files and cells take it: 14269.13."""
    return yuan_text(fen).replace(",", "")


def yuan_capitals(fen: int) -> str:
    """This function writes an amount above zero in the capitals that vouchers ask for: 陆仟零柒元壹角肆分.

    支付结算办法 附一, 正确填写票据和结算凭证的基本规定.
    """
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    jiao, left = divmod(rest, 10)
    whole = _capitals(yuan)
    text = f"{whole}元" if whole else ""
    if jiao:
        text += f"{CAPITALS[jiao]}角"
    elif left and text:
        text += "零"
    return text + (f"{CAPITALS[left]}分" if left else "整")


def _capitals(number: int) -> str:
    text, is_gap = "", False
    for power in reversed(range(0, 16, 4)):
        four = number // 10**power % 10_000
        if four:
            text += ("零" if text and (is_gap or four < 1000) else "") + _four_capitals(four) + GROUPS[power // 4]
        is_gap = not four
    return text


def _four_capitals(four: int) -> str:
    text, is_gap = "", False
    for power in reversed(range(4)):
        digit = four // 10**power % 10
        if digit:
            text += ("零" if text and is_gap else "") + CAPITALS[digit] + PLACES[power]
        is_gap = not digit
    return text


def amount_text(value: int | None, unit: str) -> str:
    """This function writes a value that a rule measured, in its unit: 分 as yuan, else the number (unknown: 未知)."""
    if value is None:
        return "未知"
    if unit.startswith("分"):
        return f"{yuan_text(value)} 元{unit.removeprefix('分')}"
    return f"{value} {unit}".strip()


def wan_text(fen: int, *, places: int = 2) -> str:
    """This function renders fen as ten thousands of yuan, rounded half up: 1,041.20."""
    wan = _EXACT.divide(Decimal(abs(fen)), Decimal(FEN_PER_WAN))
    rounded = wan.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{'-' if fen < 0 and rounded else ''}{rounded:,f}"


def per_head_floor(fen: int, heads: int) -> int:
    """This function divides an amount by a number of people, rounded down, also below zero."""
    if heads <= 0:
        raise ValueError("heads must be positive")
    return fen // heads


def rate_fraction(rate: Decimal | Fraction | int | str) -> Fraction:
    """This function returns a rate ("0.7", "70%", Decimal, Fraction) exactly; floats are not taken."""
    if isinstance(rate, float):
        raise TypeError("a rate is never a float")
    if isinstance(rate, str) and rate.endswith("%"):
        return Fraction(rate[:-1]) / 100
    return Fraction(rate)


def rate_times(fen: int, rate: Decimal | Fraction | int | str) -> Fraction:
    """This function multiplies an amount by a rate exactly; the result may hold parts of a fen."""
    return rate_fraction(rate) * fen


def rate_times_floor(fen: int, rate: Decimal | Fraction | int | str) -> int:
    """This function multiplies an amount by a rate and rounds down to the fen, also below zero."""
    exact = rate_times(fen, rate)
    return exact.numerator // exact.denominator


def rate_times_half_up(fen: int, rate: Decimal | Fraction | int | str) -> int:
    """This function multiplies an amount by a rate and rounds to the nearest fen, halves away from zero."""
    exact = rate_times(abs(fen), rate)
    rounded = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return -rounded if fen < 0 else rounded
