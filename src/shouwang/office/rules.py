"""Messages as they may be: fixed words around counts and case numbers, so that nothing personal fits into one."""

from __future__ import annotations

import enum
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

LARGEST = 10**9  # a phone number has eleven digits, an ID eighteen: neither is a count or the number of a case
LISTED = 20
# Minutes until the next try after the first, second, … failure; after the last the message is given up.
BACK_OFF = (1, 2, 5, 15, 60, 180, 360, 720)
LEASE = timedelta(minutes=5)  # longer than any transport may take


class MessageKind(enum.StrEnum):
    """What a message says."""

    DIGEST = "DIGEST"
    ESCALATED = "ESCALATED"
    TASK = "TASK"
    CARE = "CARE"
    TEST = "TEST"


@dataclass(frozen=True)
class Wording:
    """The words of one kind: `{name}` stands for a count, `{cases}` for case numbers; a part at 0 is left out."""

    label: str
    title: str
    parts: tuple[str, ...]
    end: str = "请登录守望办理。"

    @property
    def names(self) -> frozenset[str]:
        """The counts that the words need."""
        found = (name for part in self.parts for _, name, _, _ in string.Formatter().parse(part) if name)
        return frozenset(found) - {"cases"}

    @property
    def has_cases(self) -> bool:
        return any("{cases}" in part for part in self.parts)


WORDINGS = {
    MessageKind.DIGEST: Wording(
        "早报",
        "守望早报",
        (
            "昨天到现在新到 {new} 件",
            "今天到期 {today} 件",
            "已逾期 {late} 件",
            "下级逾期提到本单位 {escalated} 件",
        ),
    ),
    MessageKind.ESCALATED: Wording(
        "逾期提级",
        "守望：逾期提级",
        ("{count} 件逾期的事提到本单位", "案件号 {cases}"),
        "请登录守望督办。",
    ),
    MessageKind.TASK: Wording("新任务", "守望：新任务", ("{count} 项任务等本单位反馈", "案件号 {cases}")),
    MessageKind.CARE: Wording(
        "护理评定到期",
        "守望：护理评定到期",
        ("{due} 人的护理评定快到期或者已到期，要重新评定", "其中 {late} 人已到期，不能登记服务"),
    ),
    MessageKind.TEST: Wording("试发", "守望：试发", ("这是一条试发的消息",), "收到就说明通知能送到。"),
}


@dataclass(frozen=True)
class Figures:
    """All that a message may say beside its fixed words. Anything but whole numbers raises TypeError or ValueError."""

    counts: Mapping[str, int] = field(default_factory=dict)
    cases: Sequence[int] = ()

    def __post_init__(self) -> None:
        for number in (*self.counts.values(), *self.cases):
            if type(number) is not int:
                raise TypeError("a message is made of whole numbers alone")
            if not 0 <= number < LARGEST:
                raise ValueError("too large for a count or the number of a case")

    @classmethod
    def stored(cls, values: Mapping[str, Any]) -> Figures:
        """This function reads what `as_stored` returned."""
        return cls(dict(values.get("counts", {})), tuple(values.get("cases", ())))

    def as_stored(self) -> dict[str, Any]:
        """This function returns the figures for a JSON column."""
        return {"counts": dict(self.counts), "cases": list(self.cases)}


def message_check(kind: MessageKind, figures: Figures) -> None:
    """This function refuses figures that the words of a kind do not ask for, or lack; raises ValueError."""
    wording = WORDINGS[kind]
    if set(figures.counts) != wording.names or bool(figures.cases) > wording.has_cases:
        raise ValueError(f"{kind} is made of {sorted(wording.names)}")


def message_text(kind: MessageKind, figures: Figures) -> tuple[str, str]:
    """This function returns title and body of a message; counts of zero and a missing list are left out."""
    message_check(kind, figures)
    wording = WORDINGS[kind]
    shown: dict[str, object] = {name: f"{count:,}" for name, count in figures.counts.items()}
    shown["cases"] = "、".join(str(number) for number in figures.cases[:LISTED]) + (
        " 等" if len(figures.cases) > LISTED else ""
    )
    parts = [part.format(**shown) for part in wording.parts if _is_said(part, figures)]
    return wording.title, "，".join(parts) + f"。{wording.end}"


def _is_said(part: str, figures: Figures) -> bool:
    names = [name for _, name, _, _ in string.Formatter().parse(part) if name]
    return all(figures.cases if name == "cases" else figures.counts[name] for name in names)


def next_try(attempts: int, at: datetime) -> datetime | None:
    """This function returns when a delivery that failed so many times is tried again, None when it is given up."""
    return at + timedelta(minutes=BACK_OFF[attempts - 1]) if attempts <= len(BACK_OFF) else None
