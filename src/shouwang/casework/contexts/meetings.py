"""Meetings: many cases decided at once, councils and their minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.forms import Form

from shouwang.casework.contexts.shared import CaseHead, Evidence, TaskLine
from shouwang.casework.models import (
    Council,
    CouncilItem,
    Decision,
)
from shouwang.casework.selectors import FigureLine
from shouwang.casework.selectors.councils import MinutesItem, MinutesText
from shouwang.ui.pages import Happened
from shouwang.ui.tables import KeyPage


@dataclass(frozen=True)
class AgendaLine:
    """One case that waits for the leading group."""

    head: CaseHead
    review: str
    answers: str
    figures: Sequence[FigureLine]
    value: str
    is_chosen: bool


@dataclass(frozen=True)
class MeetingPage:
    """The leading group's agenda."""

    lines: Sequence[AgendaLine]
    total: int
    form: Form
    reasons: Sequence[tuple[str, str, str]]
    page: KeyPage


@dataclass(frozen=True)
class RefusedLine:
    """One case of several that was not decided: why, and what others did with it."""

    name: str
    message: str
    href: str
    theirs: Sequence[Happened]


@dataclass(frozen=True)
class MeetingRefusedPage:
    """The cases that were not decided with the others; `waiting` of them can still be, with what was typed."""

    refused: Sequence[RefusedLine]
    done: int
    mine: Sequence[tuple[str, str]]
    waiting: int
    carried: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class CouncilsPage:
    """The meetings of the leading group."""

    lines: Sequence[Council]
    may_call: bool
    waiting: int


@dataclass(frozen=True)
class CouncilFormPage:
    """Calling a meeting, or correcting what is said of one."""

    title: str
    form: Form
    button: str
    back: str


@dataclass(frozen=True)
class CouncilLine:
    """One case of an agenda."""

    item: CouncilItem
    text: MinutesItem
    may_decide: bool
    is_gone: bool


@dataclass(frozen=True)
class CouncilPage:
    """One meeting: its agenda, who took part, its minutes."""

    council: Council
    said: MinutesText
    lines: Sequence[CouncilLine]
    may_amend: bool
    may_record: bool
    may_sign: bool
    why_not_sign: str
    unsettled: int

    @property
    def may_decide(self) -> bool:
        """Whether the reader may note the decision on any case."""
        return any(line.may_decide for line in self.lines)


@dataclass(frozen=True)
class CouncilItemPage:
    """One case of an agenda, to be decided or put off."""

    item: CouncilItem
    head: CaseHead
    form: Form
    put_off: Form
    tasks: Sequence[TaskLine]
    evidence: Sequence[Evidence]
    decisions: Sequence[Decision]
    reasons: Sequence[tuple[str, str, str]]
