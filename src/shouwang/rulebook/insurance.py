"""Insurance: what is put into a pool of prevention, and the ladders by which a loss becomes a payment. Exact fen."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from shouwang.kit.codes import Risk
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse, rate_fraction
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Key, Model


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
    return rate_fraction(value)


Fen = Annotated[int, BeforeValidator(_fen)]
Share = Annotated[Fraction, BeforeValidator(_share), Field(ge=0, le=1)]


class Band(Model):
    """A share paid of the part of the loss above the deductible and above `above`, up to the next band."""

    above: Fen
    share: Share


class Ladder(Model):
    """How a loss becomes a payment: for these causes and types; a fixed sum, or bands under a cap.

    A loss below `line` is paid nothing; the bands count what lies above `deductible` (0: the whole loss).
    """

    causes: tuple[str, ...] = Field(min_length=1)
    types: tuple[Key, ...] = ()
    fixed: Fen | None = None
    line: Fen = 0
    deductible: Fen = 0
    bands: tuple[Band, ...] = ()
    cap: Fen | None = None

    @model_validator(mode="after")
    def _sound(self) -> Ladder:
        for cause in self.causes:
            if cause not in {risk.value for risk in Risk}:
                raise ValueError(f"causes“{cause}”不在原因代码表里")
        if (self.fixed is None) == (not self.bands):
            raise ValueError("fixed（定额）和 bands（分段比例）要写一个，也只能写一个")
        starts = [band.above for band in self.bands]
        if starts != sorted(set(starts)) or (starts and starts[0] != 0):
            raise ValueError("bands 的 above 要从 0 起，由小到大")
        return self

    def covers(self, *, cause: str, type_key: str | None) -> bool:
        """This function tells whether the ladder is for a cause and a household type."""
        return cause in self.causes and (not self.types or type_key in self.types)

    def payout(self, loss_fen: int) -> int:
        """This function returns what is paid for a loss, floored to the fen."""
        over = loss_fen - self.deductible
        if loss_fen < self.line or over <= 0:
            return 0
        if self.fixed is not None:
            return self.fixed
        ends = [band.above for band in self.bands[1:]]
        total = Fraction(0)
        for band, end in zip(self.bands, [*ends, None], strict=True):
            top = over if end is None else min(over, end)
            total += max(0, top - band.above) * band.share
        paid = total.numerator // total.denominator
        return paid if self.cap is None else min(paid, self.cap)


class Pool(Model):
    """What is put in: a whole sum, or a premium a head for a number of heads; nobody is named in advance."""

    fund: Fen | None = None
    premium: Fen | None = None
    heads: int | None = Field(default=None, ge=1)
    causes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> Pool:
        for cause in self.causes:
            if cause not in {risk.value for risk in Risk}:
                raise ValueError(f"causes“{cause}”不在原因代码表里")
        if self.fund is None and (self.premium is None or self.heads is None):
            raise ValueError("要写 fund（总额），或者 premium（每人保费）和 heads（人数）")
        parts = (self.premium, self.heads)
        if self.fund is not None and None not in parts and (self.premium or 0) * (self.heads or 0) != self.fund:
            raise ValueError("premium（每人保费）乘 heads（人数）不等于 fund（总额）")
        return self

    @property
    def total_fen(self) -> int:
        """The whole sum."""
        return self.fund if self.fund is not None else (self.premium or 0) * (self.heads or 0)


class _Ladder(Model):
    ladder: Ladder


class _Pool(Model):
    pool: Pool


def _read(entry: Entry) -> Ladder | Pool:
    value = entry.value
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in {"ladder", "pool"}:
        raise ValueError("每个值要写成其中一种：ladder（赔付阶梯）、pool（资金池）")
    if "ladder" in value:
        return _Ladder.model_validate(value).ladder
    return _Pool.model_validate(value).pool


TOPIC = Topic("insurance", "防贫保险", _read)
