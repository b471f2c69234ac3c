"""Questions to organisations and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.forms import Form

from shouwang.casework.contexts.shared import CaseHead, Evidence, PaperLine
from shouwang.casework.models import (
    Answer,
    Task,
    Transfer,
)
from shouwang.casework.selectors import FigureLine
from shouwang.casework.selectors.shown import FactGroup
from shouwang.rulebook.workflow import Task as TaskKind
from shouwang.ui.tables import KeyPage, Table


@dataclass(frozen=True)
class Offer:
    """One task that can be sent: to whom, what is asked and why, what it will show, until when."""

    key: str
    name: str
    kind: TaskKind
    organisation: str
    why: str
    shows: str
    due_on: date
    is_provisional: bool
    is_suggested: bool
    is_chosen: bool


@dataclass(frozen=True)
class DispatchPage:
    """送核查."""

    head: CaseHead
    suggested: Sequence[Offer]
    others: Sequence[Offer]
    missing: Sequence[Offer]
    evidence: Sequence[Evidence]
    note: str = ""
    problem: str = ""


@dataclass(frozen=True)
class TaskPage:
    """One task as the organisation that must answer sees it."""

    task: Task
    kind: TaskKind
    name: str
    blocks: Sequence[FactGroup]
    form: Form | None
    figures: Sequence[tuple[Any, str]]
    answer: Answer | None
    verdict: str
    answer_figures: Sequence[FigureLine]
    days_late: int
    warns: bool
    case_href: str = ""
    papers: Sequence[PaperLine] = ()
    transfers: Sequence[Transfer] = ()

    @property
    def is_offered(self) -> bool:
        """Another body has been proposed and has not answered yet."""
        return any(transfer.state == "PROPOSED" for transfer in self.transfers)


@dataclass(frozen=True)
class TransferPage:
    """Proposing another body for a task, or answering such a proposal."""

    title: str
    form: Form | None
    task: Task | None = None
    transfer: Transfer | None = None


@dataclass(frozen=True)
class TasksPage:
    """The tasks of one's own organisation."""

    title: str
    table: Table
    page: KeyPage
    tabs: Sequence[tuple[str, str, bool, int | str]]
    total: int
    transfers: Sequence[Transfer] = ()
