"""The list of cases, a case, its papers, and what a study of it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.forms import Form

from shouwang.casework.contexts.shared import Action, CaseHead, Evidence, Filter, PaperLine, TaskLine
from shouwang.casework.models import (
    Case,
    Decision,
)
from shouwang.casework.selectors import FigureLine, TimelineLine
from shouwang.casework.selectors.flags import CaseFlag
from shouwang.casework.selectors.shown import FactGroup
from shouwang.casework.selectors.similar import Likeness
from shouwang.ui.tables import KeyPage, Table


@dataclass(frozen=True)
class ListPage:
    """The list of cases."""

    title: str
    total: int
    table: Table
    page: KeyPage
    filters: Sequence[Filter]
    text: str
    tabs: Sequence[tuple[str, str, bool, int | str]]
    kept: Mapping[str, str]
    is_filtered: bool
    problem: str = ""
    counted: int = 100_000

    @property
    def is_more(self) -> bool:
        """There are more cases than were counted."""
        return self.total > self.counted


@dataclass(frozen=True)
class PapersPage:
    """The papers of a case, and the form that adds to them."""

    head: CaseHead
    papers: Sequence[PaperLine]
    form: Form | None
    why_not: str


@dataclass(frozen=True)
class EarlierCase:
    """Another case of the same household: what it was about, how it stands or ended, what it brought."""

    case: Case
    lamp: str
    lamp_note: str
    causes: Sequence[str]
    decision: Decision | None
    amount: str


@dataclass(frozen=True)
class CasePage:
    """One case."""

    head: CaseHead
    main: Action | None
    others: Sequence[Action]
    evidence: Sequence[Evidence]
    tasks: Sequence[TaskLine]
    decisions: Sequence[Decision]
    timeline: Sequence[TimelineLine]
    pack_name: str
    pack_href: str
    papers: Sequence[PaperLine] = ()
    may_attach: bool = False
    may_renew: bool = False
    earlier: Sequence[EarlierCase] = ()
    flags: Sequence[CaseFlag] = ()
    may_look: bool = False


@dataclass(frozen=True)
class SaidLine:
    """What one source says of a case: a report, the register, a body that was asked; amounts in fen by column."""

    title: str
    source: str
    verdict: str
    text: str
    amounts: Sequence[int | None]
    others: Sequence[FigureLine] = ()
    at: datetime | None = None
    is_stated: bool = False


@dataclass(frozen=True)
class StudyPage:
    """综合研判材料: everything a decision on one case rests on, from all sources, and how alike cases were decided."""

    head: CaseHead
    main: Action | None
    columns: Sequence[str]
    said: Sequence[SaidLine]
    differences: Sequence[str]
    waiting: int
    evidence: Sequence[Evidence]
    blocks: Sequence[FactGroup]
    likeness: Likeness
    alike_by: Sequence[str]
    decisions: Sequence[Decision]
    flags: Sequence[CaseFlag] = ()
    may_look: bool = False
