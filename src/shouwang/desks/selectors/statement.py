"""The household's statement as a sheet to print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from shouwang.desks.selectors.household import GrantLine
from shouwang.insurance.care.selectors import CareMonth
from shouwang.kit.masks import account_tail
from shouwang.kit.money import yuan_text
from shouwang.public.selectors import Granted

if TYPE_CHECKING:
    from shouwang.desks.contexts import StatementPage


def statement_sheet(page: StatementPage) -> dict[str, Any]:
    """This function returns the statement's data as its printed form takes it: texts and lists of texts."""
    return {
        "household": page.file.card.head_name,
        "on": f"{page.on:%Y-%m-%d}",
        "granted": [_granted(line) for line in page.granted],
        "sum": f"一共批准 {yuan_text(page.granted_fen)} 元，已经打到账上 {yuan_text(page.paid_fen)} 元。",
        "parts": [
            {"label": part.label, "rows": [_row(line) for line in part.lines], "sum": "；".join(totals)}
            for part, totals in page.money
            if part.lines
        ],
        "care": [_care(line) for line in page.care],
        "measures": [
            [f"{line.kind}：{line.summary}", line.person, line.provider, _state(line.state, line.delivered_on)]
            for line in page.measures
        ],
    }


def _granted(line: Granted) -> Sequence[str]:
    back = f"；后来收回 {yuan_text(line.recovered_fen)} 元" if line.recovered_fen else ""
    way = f"{line.day:%Y-%m-%d} {line.word}" if line.day else line.word
    return [
        f"{line.approved_on:%Y-%m-%d}", f"{line.purpose}（{line.ground}）", yuan_text(line.amount_fen),
        f"{way}，账户{account_tail(line.account)}{back}", line.payer,
    ]  # fmt: skip


def _row(line: GrantLine) -> Sequence[str]:
    often = "" if line.unit == "ONCE" else f"{line.unit_label} "
    until = f"，到 {line.until_date:%Y-%m-%d} 前" if line.until_date else ""
    when = f"{line.from_date:%Y-%m-%d}" + ("" if line.unit == "ONCE" else f" 起{until}")
    gone = "（已撤销）" if line.cancelled else ""
    return [when, f"{line.purpose}{gone}", f"{often}{yuan_text(line.amount_fen)}", line.payer]


def _care(line: CareMonth) -> Sequence[str]:
    sums = ("—", "—") if line.paid_fen is None else (yuan_text(line.paid_fen), yuan_text(line.own_fen or 0))
    paid = f"{line.word} {line.paid_on:%Y-%m-%d}" if line.paid_on else line.word
    what = f"{line.name}：{line.modes}，{line.provider}"
    return [f"{line.month:%Y-%m}", what, str(line.days), yuan_text(line.charged_fen), *sums, paid]


def _state(state: str, delivered_on: date | None) -> str:
    return f"{state} {delivered_on:%Y-%m-%d}" if delivered_on else state
