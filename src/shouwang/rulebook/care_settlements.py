"""A person's month of care settled: days by what they cost and are paid, every step in words. Pure; amounts in fen."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from shouwang.kit.money import yuan_text
from shouwang.rulebook.settlements import Step, money_text, share_text

CapOn = Literal["CHARGE", "PAYMENT"]
Rounds = Literal["DAY", "MONTH"]


@dataclass(frozen=True, order=True)
class PricedDay:
    """One day of care: what was charged, and share and cap of its mode and level on that day."""

    on: date
    mode_name: str
    level_name: str
    charge_fen: int
    ratio: Fraction
    cap_fen: int


@dataclass(frozen=True)
class CareSettlement:
    """What a person's days come to: charged, paid by the insurance, and what she bears herself."""

    days: int
    charged_fen: int
    paid_fen: int
    steps: tuple[Step, ...]

    @property
    def own_fen(self) -> int:
        """What is left to the person."""
        return self.charged_fen - self.paid_fen

    def to_dict(self) -> dict[str, Any]:
        """This function returns the settlement as plain data."""
        return {
            "days": self.days,
            "charged_fen": self.charged_fen,
            "paid_fen": self.paid_fen,
            "steps": [asdict(step) for step in self.steps],
        }


def day_exact(day: PricedDay, cap_on: CapOn) -> Fraction:
    """This function returns what a day is paid, under its cap; the fen may be broken."""
    if cap_on == "CHARGE":
        return min(day.charge_fen, day.cap_fen) * day.ratio
    return min(day.charge_fen * day.ratio, Fraction(day.cap_fen))


def _floor(exact: Fraction) -> int:
    return exact.numerator // exact.denominator


def care_settle(days: Sequence[PricedDay], *, cap_on: CapOn, rounds: Rounds) -> CareSettlement:
    """This function settles the days of one person and one month and shows every step.

    Fractions of a fen are cut off each day (`DAY`) or once off the sum (`MONTH`). ValueError for a day that stands
    twice or an amount below zero: whoever asks has checked before.
    """
    ordered = sorted(days)
    if len({day.on for day in ordered}) < len(ordered):
        raise ValueError("a day counts once")
    if any(day.charge_fen < 0 or day.cap_fen < 0 or not 0 <= day.ratio <= 1 for day in ordered):
        raise ValueError("amounts are never negative, a share lies between 0 and 1")
    total, steps = Fraction(0), []
    for _, alike in itertools.groupby(sorted(ordered, key=_alike), key=_alike):
        some = list(alike)
        exact = day_exact(some[0], cap_on)
        if rounds == "DAY":
            exact = Fraction(_floor(exact))
        part = exact * len(some)
        total += part
        steps.append(Step("days", _days_text(some, cap_on, rounds, exact, part), _floor(part)))
    paid = _floor(total)
    if len(steps) != 1 or paid != total:
        cut = "，不足一分的舍去" if paid != total else ""
        steps.append(Step("sum", f"各段合计 {money_text(total)}{cut}，得 {yuan_text(paid)} 元", paid))
    return CareSettlement(len(ordered), sum(day.charge_fen for day in ordered), paid, tuple(steps))


def _alike(day: PricedDay) -> tuple[str, str, Fraction, int, int]:
    return day.mode_name, day.level_name, day.ratio, day.cap_fen, day.charge_fen


def _days_text(some: list[PricedDay], cap_on: CapOn, rounds: Rounds, exact: Fraction, part: Fraction) -> str:
    day = some[0]
    first, last = some[0].on, some[-1].on
    when = f"{first:%m-%d}" if first == last else f"{first:%m-%d} 至 {last:%m-%d}"
    head = f"{day.mode_name}·{day.level_name}，{when} 共 {len(some)} 天："
    return f"{head}每天{_one(day, cap_on, rounds, exact)}；{len(some)} 天得 {money_text(part)}"


def _one(day: PricedDay, cap_on: CapOn, rounds: Rounds, exact: Fraction) -> str:
    charge, cap, share = yuan_text(day.charge_fen), yuan_text(day.cap_fen), share_text(day.ratio)
    if cap_on == "CHARGE":
        if day.charge_fen > day.cap_fen:
            return f"收费 {charge} 元，超过每天限额 {cap} 元，按限额 × {share} = {_result(day, cap_on, rounds, exact)}"
        return f"收费 {charge} 元 × {share} = {_result(day, cap_on, rounds, exact)}"
    plain = day.charge_fen * day.ratio
    if plain > day.cap_fen:
        return f"收费 {charge} 元 × {share} = {money_text(plain)}，超过每天封顶 {cap} 元，按 {cap} 元"
    return f"收费 {charge} 元 × {share} = {_result(day, cap_on, rounds, exact)}"


def _result(day: PricedDay, cap_on: CapOn, rounds: Rounds, exact: Fraction) -> str:
    whole = day_exact(day, cap_on)
    if rounds == "DAY" and whole != exact:
        return f"{money_text(whole)}，不足一分的舍去，得 {money_text(exact)}"
    return money_text(whole)
