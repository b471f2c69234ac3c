"""Ladders: how a loss becomes a payment. Exact until the last step, floored to the fen once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from shouwang.kit.codes import Risk
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse, rate_fraction, yuan_text
from shouwang.rulebook.values import Key, Model, Text

# Who may have paid for a loss before the pool does, in the order in which a statement takes them off.
OffsetKind = Literal["MEDICAL", "INSURANCE", "LIABLE", "RELIEF", "DONATION"]
OFFSETS: dict[str, str] = {
    "MEDICAL": "医保报销",
    "INSURANCE": "其他保险赔付",
    "LIABLE": "责任方赔偿",
    "RELIEF": "政府救助",
    "DONATION": "社会捐助",
}


def _fen(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("金额要写成整数或带引号的小数")
    try:
        return fen_parse(str(value))
    except Refusal as refusal:
        raise ValueError(refusal.message) from None


def _share(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError('比例要写成带引号的数，例如 "50%"')
    try:
        share = rate_fraction(value)
    except (ValueError, ZeroDivisionError):
        raise ValueError('比例看不懂，例如写 "50%"') from None
    if not 0 <= share <= 1:
        raise ValueError(f"比例 {value} 不在 0 到 100% 之间")
    return share


def causes_known(causes: tuple[str, ...]) -> None:
    """This function raises ValueError (Chinese) for a cause that is not in the code list."""
    for cause in causes:
        if cause not in {risk.value for risk in Risk}:
            raise ValueError(f"causes“{cause}”不在原因代码表里")


Fen = Annotated[int, BeforeValidator(_fen)]
Share = Annotated[Fraction, BeforeValidator(_share)]


class Band(Model):
    """A share paid of the part of the loss above the deductible and above `above`, up to the next band.

    `to` may be written beside `above`: it must then be where the next band begins.
    """

    LATER: ClassVar[frozenset[str]] = frozenset({"to"})

    above: Fen
    share: Share
    to: Fen | None = None


@dataclass(frozen=True)
class BandPart:
    """What one band pays: `within` fen of the loss lie in [above, to) and count with `share`; `exact` may be broken."""

    above: int
    to: int | None
    within: int
    share: Fraction

    @property
    def exact(self) -> Fraction:
        return self.within * self.share


class Ladder(Model):
    """How a loss becomes a payment: for these causes and types; a fixed sum, or bands under a cap.

    A loss below `line` is paid nothing; the bands count what lies above `deductible` (0: the whole loss). Whoever is
    due anything gets `floor` at least, never more than the loss. `cap` holds for an event, `year_cap` for a household's
    events of a calendar year. `keeps` names what others paid that is not taken off the loss. A ladder that pays
    `before_papers` is emergency aid: a fixed sum at once, the papers within `papers_within_days`, then settled.
    """

    LATER: ClassVar[frozenset[str]] = frozenset(
        {"floor", "year_cap", "keeps", "documents", "before_papers", "papers_within_days", "pool"}
    )

    causes: tuple[str, ...] = Field(min_length=1)
    types: tuple[Key, ...] = ()
    fixed: Fen | None = None
    line: Fen = 0
    deductible: Fen = 0
    bands: tuple[Band, ...] = ()
    cap: Fen | None = None
    floor: Fen = 0
    year_cap: Fen | None = None
    keeps: tuple[OffsetKind, ...] = ()
    documents: tuple[Text, ...] = ()
    before_papers: bool = False
    papers_within_days: int | None = Field(default=None, ge=1)
    pool: Key | None = None

    @model_validator(mode="after")
    def _sound(self) -> Ladder:
        self.sound_check()
        return self

    def sound_check(self) -> None:
        """This function raises ValueError (Chinese) for a ladder that contradicts itself."""
        causes_known(self.causes)
        if (self.fixed is None) == (not self.bands):
            raise ValueError("fixed（定额）和 bands（分段比例）要写一个，也只能写一个")
        if self.fixed == 0:
            raise ValueError("fixed（定额）要大于 0")
        self._bands_join()
        self._caps_in_order()
        if self.before_papers and self.fixed is None:
            raise ValueError("before_papers（先救助后补材料）只能用于 fixed（定额）")
        if self.papers_within_days is not None and not self.before_papers:
            raise ValueError("papers_within_days（补材料期限）只能和 before_papers 一起写")

    def _bands_join(self) -> None:
        starts = [band.above for band in self.bands]
        if starts != sorted(set(starts)) or (starts and starts[0] != 0):
            raise ValueError("bands 的 above 要从 0 起，由小到大")
        for number, band in enumerate(self.bands, start=1):
            if band.to is None:
                continue
            if number == len(self.bands):
                raise ValueError("bands 的最后一段不写 to；封顶写 cap")
            begins = starts[number]
            if band.to < begins:
                raise ValueError(f"bands 有空档：{yuan_text(band.to)} 到 {yuan_text(begins)} 元没有写比例")
            if band.to > begins:
                raise ValueError(f"bands 有重叠：{yuan_text(begins)} 到 {yuan_text(band.to)} 元写了两个比例")

    def _caps_in_order(self) -> None:
        if self.cap is not None and self.cap < self.floor:
            raise ValueError(f"cap（封顶 {yuan_text(self.cap)} 元）低于 floor（保底 {yuan_text(self.floor)} 元）")
        if self.cap is not None and self.fixed is not None and self.cap < self.fixed:
            raise ValueError(f"cap（封顶 {yuan_text(self.cap)} 元）低于 fixed（定额 {yuan_text(self.fixed)} 元）")
        most = max(self.cap or 0, self.fixed or 0, self.floor)
        if self.year_cap is not None and self.year_cap < most:
            raise ValueError(f"year_cap（年封顶 {yuan_text(self.year_cap)} 元）低于一次能赔的 {yuan_text(most)} 元")

    def covers(self, *, cause: str, type_key: str | None) -> bool:
        """This function tells whether the ladder is for a cause and a household type."""
        return cause in self.causes and (not self.types or type_key in self.types)

    def parts(self, over: int) -> Iterator[BandPart]:
        """This function yields what each band that is reached pays of an amount above the deductible."""
        ends = [*(band.above for band in self.bands[1:]), None]
        for band, end in zip(self.bands, ends, strict=True):
            top = over if end is None else min(over, end)
            if top > band.above:
                yield BandPart(band.above, end, top - band.above, band.share)

    def is_due(self, loss_fen: int) -> bool:
        """This function tells whether a loss reaches the line and passes the deductible."""
        return loss_fen >= self.line and loss_fen > self.deductible

    def gross(self, loss_fen: int) -> int:
        """This function returns what a loss that is due comes to before any cap, floored to the fen."""
        if self.fixed is not None:
            return self.fixed
        total = sum((part.exact for part in self.parts(loss_fen - self.deductible)), Fraction(0))
        return max(total.numerator // total.denominator, min(self.floor, loss_fen))

    def payout(self, loss_fen: int) -> int:
        """This function returns what is paid for a loss, floored to the fen."""
        if not self.is_due(loss_fen):
            return 0
        return min(self.gross(loss_fen), *(cap for cap in (self.cap, self.year_cap) if cap is not None), _NO_CAP)


_NO_CAP = 10**30
