"""Lines: amounts a head and a year, such as the poverty line; and amounts: single limits, shares, counts, days."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from shouwang.kit.divisions import slot_range
from shouwang.kit.errors import Refusal
from shouwang.kit.money import FEN_PER_YUAN, rate_fraction
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry


class Measure(enum.StrEnum):
    """What a quantity measures; decides what it may be compared with."""

    MONEY = "MONEY"
    PER_HEAD = "PER_HEAD"
    NUMBER = "NUMBER"


PER_HEAD_UNITS = ("元/人·年", "元/人·月", "元/人")
UNITS = {
    **dict.fromkeys(PER_HEAD_UNITS, Measure.PER_HEAD),
    **dict.fromkeys(("元", "元/年", "元/月", "元/户"), Measure.MONEY),
    **dict.fromkeys(("比例", "倍", "人", "户", "个", "次", "天", "个月", "岁"), Measure.NUMBER),
}
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?%?", re.ASCII)


@dataclass(frozen=True)
class Quantity:
    """An exact amount (fen) or number, with the areas that have one of their own, most specific first."""

    measure: Measure
    value: Fraction
    areas: tuple[tuple[int, int, Fraction], ...] = ()

    def at(self, slot: int | None) -> Fraction:
        """This function returns the value that holds in a village."""
        for lo, hi, value in self.areas:
            if slot is not None and lo <= slot <= hi:
                return value
        return self.value


def _exact(value: object, measure: Measure) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, str | int) or not _NUMBER.fullmatch(str(value)):
        raise ValueError(f"数值“{str(value)[:30]}”看不懂，请写成整数或带引号的小数，整数部分最多 15 位")
    text = str(value)
    if measure is Measure.NUMBER:
        return rate_fraction(text)
    if text.endswith("%"):
        raise ValueError(f"金额“{value}”不能是百分数")
    fen = Decimal(text) * FEN_PER_YUAN
    if fen != fen.to_integral_value():
        raise ValueError(f"金额“{value}”最多到分")
    return Fraction(int(fen))


def quantity_read(entry: Entry) -> Quantity:
    """This function reads a value in its unit: yuan become fen, shares stay exact."""
    measure = UNITS[entry.unit or ""]
    areas = []
    for code, value in (entry.areas or {}).items():
        try:
            lo, hi = slot_range(code)
        except Refusal as refusal:
            raise ValueError(f"areas 里的“{code}”：{refusal.message}") from None
        areas.append((lo, hi, _exact(value, measure)))
    areas.sort(key=lambda area: (area[1] - area[0], area[0]))
    return Quantity(measure, _exact(entry.value, measure), tuple(areas))


LINES = Topic("lines", "贫困线和监测线", quantity_read, units=PER_HEAD_UNITS, has_areas=True, has_history=True)
AMOUNTS = Topic("amounts", "限额和标准", quantity_read, units=tuple(UNITS), has_areas=True)
