"""Pieces that several pages share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shouwang.casework.models import (
    Answer,
    Attachment,
    Case,
    Task,
)
from shouwang.casework.selectors import FigureLine, StageAction
from shouwang.kit.dates import SHANGHAI
from shouwang.register.selectors import HouseholdCard
from shouwang.rulebook.workflow import Task as TaskKind


@dataclass(frozen=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Filter:
    """One select of the filter row; its value stays in the address under `name`."""

    name: str
    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class CaseHead:
    """What every page about one case shows on top: whose it is, the lamp, where it stands."""

    case: Case
    lamp: str
    lamp_note: str
    card: HouseholdCard | None
    causes: Sequence[str]
    steps: Sequence[tuple[str, str, str]]
    action: StageAction
    days_late: int

    @property
    def name(self) -> str:
        return self.card.head_name if self.card else "（本户不在可见范围）"

    @property
    def place(self) -> str:
        return self.card.place if self.card else ""


@dataclass(frozen=True)
class Evidence:
    """One clue or warning of a case: what was said or measured, against which threshold, under which clause."""

    title: str
    source: str
    at: datetime
    facts: Sequence[tuple[str, str]]
    text: str = ""
    clause: str = ""
    lines: Sequence[str] = ()
    href: str = ""
    href_label: str = ""
    source_id: int = 0


@dataclass(frozen=True)
class PaperLine:
    """One photo or PDF as a page lists it; `where` is the place a posting's photo was taken at, in words."""

    attachment: Attachment
    size: str
    is_photo: bool
    may_withdraw: bool = False

    @property
    def is_older(self) -> bool:
        """A posting's photo says that it was taken before the day of posting."""
        notice, taken = self.attachment.notice, self.attachment.taken_at
        return notice is not None and taken is not None and taken.astimezone(SHANGHAI).date() < notice.posted_on

    @property
    def where(self) -> str:
        """Latitude and longitude of a posting's photo, empty when it told none."""
        row = self.attachment
        if row.latitude is None or row.longitude is None:
            return ""
        north, east = ("北纬" if row.latitude >= 0 else "南纬"), ("东经" if row.longitude >= 0 else "西经")
        return f"{north} {abs(row.latitude):.5f}，{east} {abs(row.longitude):.5f}"


@dataclass(frozen=True)
class TaskLine:
    """One task of a case with its answer."""

    task: Task
    kind: TaskKind
    answer: Answer | None
    verdict: str
    figures: Sequence[FigureLine]
    days_late: int
    is_mine: bool = False
    may_withdraw: bool = False
    papers: Sequence[PaperLine] = ()
    offered_to: str = ""


@dataclass(frozen=True)
class Action:
    """The one main action of a page."""

    label: str
    href: str
