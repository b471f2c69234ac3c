"""Pure rules of long-term care: the states of a bill, who takes which step, the level on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from django.db import models

from shouwang.kit.money import yuan_text


class Asked(models.TextChoices):
    """Where an application for assessment stands."""

    OPEN = "OPEN", "等评定"
    DONE = "DONE", "已评定"
    WITHDRAWN = "WITHDRAWN", "撤回"


class BillState(models.TextChoices):
    """Where a provider's bill of a month stands."""

    FILED = "FILED", "等核对"
    SETTLED = "SETTLED", "等机构确认"
    DISPUTED = "DISPUTED", "机构有异议"
    AGREED = "AGREED", "等付款"
    REQUESTED = "REQUESTED", "县里付款中"
    PAID = "PAID", "已付"
    WITHDRAWN = "WITHDRAWN", "机构撤回"


# Each step of a bill: the states in which it may be taken, and by whom: the office, the provider, the county.
STEPS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "strike": (("FILED", "DISPUTED"), "office"),
    "check": (("FILED",), "office"),
    "correct": (("DISPUTED",), "office"),
    "reopen": (("SETTLED", "AGREED"), "office"),
    "withdraw": (("FILED",), "provider"),
    "agree": (("SETTLED",), "provider"),
    "dispute": (("SETTLED",), "provider"),
    "pay": (("AGREED",), "payer"),
}
WHO = {"office": "护理保险经办机构", "provider": "护理机构", "payer": "付款单位"}


def part_ref(bill_id: int, insured_id: int, asks: int) -> str:
    """This function returns under which name a client's part is asked for; the second time and later are numbered."""
    return f"care:{bill_id}:{insured_id}" if asks == 1 else f"care:{bill_id}:{insured_id}:{asks}"


def part_refs(bill_id: int, insured_id: int, asks: int) -> list[str]:
    """This function returns every name under which a client's part was asked for, the first one first."""
    return [part_ref(bill_id, insured_id, number) for number in range(1, asks + 1)]


@dataclass(frozen=True)
class Standing:
    """Where one client's part of a bill stands in the county's ledger; a cancelled one is none."""

    state: str  # WAITING, BATCHED, RETURNED, PAID
    amount_fen: int
    recovered_fen: int = 0
    paid_on: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class BillStanding:
    """Where a whole bill stands by its parts: `waits` why it is not paid, `said` what has changed, in words."""

    state: str
    paid_fen: int
    recovered_fen: int
    paid_on: date | None
    waits: str
    said: str


def bill_standing(parts: Sequence[Standing], *, wanted: int, was: tuple[str, int, int]) -> BillStanding:
    """This function returns where a bill stands of which `wanted` parts are owed, and what is told about the change.

    It is paid once every part is; it waits for the payer again where a part was cancelled. `was` is state, paid and
    recovered fen before.
    """
    paid = [part for part in parts if part.state == "PAID"]
    back = [part for part in parts if part.state == "RETURNED"]
    missing = wanted - len(parts)
    paid_fen, recovered = (sum(getattr(part, name) for part in paid) for name in ("amount_fen", "recovered_fen"))
    waits = []
    if back:
        waits.append(f"{len(back)} 笔被银行退回（{next((part.reason for part in back if part.reason), '没有写原因')}）")
    if missing:
        waits.append(f"{missing} 笔已取消，要重新申请付款")
    is_whole = len(paid) == wanted
    state = BillState.PAID if is_whole else BillState.AGREED if missing else BillState.REQUESTED
    told = []
    if paid_fen > was[1]:
        told.append(f"银行已付 {yuan_text(paid_fen - was[1])} 元，共 {len(paid)} 笔，还有 {wanted - len(paid)} 笔")
    elif paid_fen < was[1]:
        told.append(f"银行入账后又退回 {yuan_text(was[1] - paid_fen)} 元")
    if recovered > was[2]:
        told.append(f"追回 {yuan_text(recovered - was[2])} 元")
    days = [part.paid_on for part in paid if part.paid_on is not None]
    return BillStanding(
        state, paid_fen, recovered, max(days) if is_whole and days else None, "；".join(waits),
        "；".join([*told, *waits]) or "付款有变动",
    )  # fmt: skip


class Assessed(Protocol):
    """An assessment as far as its level on a day goes."""

    @property
    def pk(self) -> int: ...
    @property
    def level(self) -> str: ...
    @property
    def from_date(self) -> date: ...
    @property
    def until_date(self) -> date | None: ...


Found = TypeVar("Found", bound=Assessed)


def assessment_on(assessments: Iterable[Found], on: date) -> Found | None:
    """This function returns the assessment that counts on a day: the last begun, unless it ended or gave no level."""
    begun = [one for one in assessments if one.from_date <= on]
    if not begun:
        return None
    last = max(begun, key=lambda one: (one.from_date, one.pk))
    return last if last.level and last.until_date is not None and on < last.until_date else None
