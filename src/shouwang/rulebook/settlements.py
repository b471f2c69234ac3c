"""Settlements: one claim through its ladder, every step in words. Pure; amounts in fen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from shouwang.kit.money import yuan_text
from shouwang.rulebook.ladders import OFFSETS, BandPart, Ladder


@dataclass(frozen=True)
class Step:
    """One step: what was done, in words, and the amount that stands after it (fen, rounded down where broken)."""

    key: str
    text: str
    amount_fen: int


@dataclass(frozen=True)
class Settlement:
    """What a ladder makes of a loss.

    `own_fen` is what the household bears itself, `paid_fen` what it is entitled to for the event, `due_fen` what of it
    is still to be paid, `over_fen` what an advance or an earlier payment was too much.
    """

    own_fen: int
    paid_fen: int
    due_fen: int
    over_fen: int
    steps: tuple[Step, ...]

    def to_dict(self) -> dict[str, Any]:
        """This function returns the settlement as plain data."""
        return asdict(self) | {"steps": [asdict(step) for step in self.steps]}


def share_text(share: Fraction) -> str:
    """This function writes a share as a percentage: 50%, 33.3333…%."""
    percent = share * 100
    if percent.denominator == 1:
        return f"{percent.numerator}%"
    text = f"{float(percent):.6f}".rstrip("0")
    return f"{text}%" if Fraction(text) == percent else f"约 {float(percent):.4f}%"


def money_text(exact: Fraction) -> str:
    """This function writes an exact amount of fen in yuan, a broken fen by its parts."""
    whole, rest = divmod(exact.numerator, exact.denominator)
    return f"{yuan_text(whole)} 元" + (f"又 {rest}/{exact.denominator} 分" if rest else "")


def _band_step(part: BandPart) -> Step:
    above = yuan_text(part.above)
    where = f"{above} 元以上" if part.to is None else f"{above} 至 {yuan_text(part.to)} 元"
    text = f"{where}的部分 {yuan_text(part.within)} 元 × {share_text(part.share)} = {money_text(part.exact)}"
    return Step("band", text, part.exact.numerator // part.exact.denominator)


def _own(ladder: Ladder, loss_fen: int, offsets: Mapping[str, int]) -> Iterator[Step]:
    """This function yields the loss, and what is left of it after what others paid."""
    rest = loss_fen
    yield Step("loss", f"核定损失 {yuan_text(loss_fen)} 元", loss_fen)
    for kind, label in OFFSETS.items():
        paid = offsets.get(kind, 0)
        if not paid:
            continue
        if kind in ladder.keeps:
            yield Step("kept", f"{label} {yuan_text(paid)} 元，按政策不扣", rest)
            continue
        rest = max(0, rest - paid)
        yield Step("offset", f"先扣除{label} {yuan_text(paid)} 元，剩 {yuan_text(rest)} 元", rest)


def _entitled(ladder: Ladder, own_fen: int, paid_year_fen: int) -> Iterator[Step]:
    """This function yields the steps from what the household bears to what it is entitled to; the last one counts."""
    if own_fen < ladder.line:
        yield Step("line", f"自己负担 {yuan_text(own_fen)} 元，不到起赔线 {yuan_text(ladder.line)} 元，不赔", 0)
        return
    if ladder.line:
        yield Step("line", f"自己负担 {yuan_text(own_fen)} 元，达到起赔线 {yuan_text(ladder.line)} 元", own_fen)
    over = own_fen - ladder.deductible
    if over <= 0:
        why = f"，不超过免赔额 {yuan_text(ladder.deductible)} 元" if ladder.deductible else "，没有损失"
        yield Step("deductible", f"自己负担 {yuan_text(own_fen)} 元{why}，不赔", 0)
        return
    if ladder.deductible:
        yield Step("deductible", f"减去免赔额 {yuan_text(ladder.deductible)} 元，计算基数 {yuan_text(over)} 元", over)
    amount = ladder.gross(own_fen)
    if ladder.fixed is not None:
        yield Step("fixed", f"按定额 {yuan_text(ladder.fixed)} 元", amount)
    else:
        yield from _banded(ladder, over, amount)
    if ladder.cap is not None and amount > ladder.cap:
        amount = ladder.cap
        yield Step("cap", f"超过每次封顶 {yuan_text(ladder.cap)} 元，按封顶", amount)
    if ladder.year_cap is not None:
        left = max(0, ladder.year_cap - paid_year_fen)
        said = f"本年封顶 {yuan_text(ladder.year_cap)} 元，本年已赔 {yuan_text(paid_year_fen)} 元"
        if amount > left:
            amount = left
            yield Step("year_cap", f"{said}，只剩 {yuan_text(left)} 元", amount)
        else:
            yield Step("year_cap", f"{said}，没有超过", amount)


def _banded(ladder: Ladder, over: int, amount: int) -> Iterator[Step]:
    parts = list(ladder.parts(over))
    yield from (_band_step(part) for part in parts)
    total = sum((part.exact for part in parts), Fraction(0))
    whole = total.numerator // total.denominator
    if len(parts) > 1 or whole != total:
        said = "，不足一分的舍去" if whole != total else ""
        yield Step("sum", f"各段合计 {money_text(total)}{said}，得 {yuan_text(whole)} 元", whole)
    if amount > whole:
        yield Step("floor", f"不到保底 {yuan_text(ladder.floor)} 元，按 {yuan_text(amount)} 元", amount)


def claim_settle(
    ladder: Ladder,
    *,
    loss_fen: int,
    offsets: Mapping[str, int] | None = None,
    paid_year_fen: int = 0,
    advance_fen: int = 0,
    earlier_fen: int = 0,
) -> Settlement:
    """This function settles one claim under a ladder and shows every step.

    `offsets` is what others paid, by kind (see `ladders.OFFSETS`); `paid_year_fen` what the household was paid in the
    year under the same ladder for other events; `advance_fen` what it was paid for this event before the papers,
    `earlier_fen` what it was paid before an appeal. ValueError for an amount below zero or a kind that is not known:
    whoever asks has checked before.
    """
    given = dict(offsets or {})
    if min(loss_fen, paid_year_fen, advance_fen, earlier_fen, *given.values()) < 0 or not set(given) <= set(OFFSETS):
        raise ValueError("amounts are never negative, kinds of offsets are known")
    steps = list(_own(ladder, loss_fen, given))
    own = steps[-1].amount_fen
    steps += _entitled(ladder, own, paid_year_fen)
    paid = steps[-1].amount_fen
    had = 0
    for what, fen in (("advance", advance_fen), ("earlier", earlier_fen)):
        had += fen
        due, over = max(0, paid - had), max(0, had - paid)
        if fen:
            said = f"{'已先行救助' if what == 'advance' else '申诉以前已赔付'} {yuan_text(fen)} 元"
            said += f"，多付 {yuan_text(over)} 元，要另行处理" if over else f"，还应付 {yuan_text(due)} 元"
            steps.append(Step(what, said, due))
    return Settlement(own, paid, due, over, tuple(steps))
