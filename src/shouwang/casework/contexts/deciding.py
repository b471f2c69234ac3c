"""Pages on which a step of a case is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.forms import Form

from shouwang.casework.contexts.shared import CaseHead, Evidence, TaskLine
from shouwang.casework.models import (
    Decision,
    Pause,
    Recusal,
)
from shouwang.casework.selectors.clocks import PauseBudget
from shouwang.casework.selectors.flags import CaseFlag
from shouwang.rulebook.requirements import Requirement
from shouwang.ui.tables import Table


@dataclass(frozen=True)
class RecusalsPage:
    """Who stepped aside from a case's household, and the form that ends it."""

    head: CaseHead
    rows: Sequence[Recusal]
    form: Form
    chosen: int | None

    @property
    def standing(self) -> Sequence[Recusal]:
        """Those that have not ended."""
        return [row for row in self.rows if row.ended_at is None]


@dataclass(frozen=True)
class LeaverPage:
    """交接清单: what somebody worked on that is still open, and what waits at her desk."""

    name: str
    appointment: str
    cases: Table
    tasks: Table
    total: int
    colleagues: Sequence[tuple[int, str, bool]]


@dataclass(frozen=True)
class FlagPage:
    """Looking at one flag of a case."""

    head: CaseHead
    flag: CaseFlag
    form: Form


@dataclass(frozen=True)
class JudgePage:
    """A decision on one case: check, review, decision, settlement."""

    head: CaseHead
    form: Form
    tasks: Sequence[TaskLine]
    evidence: Sequence[Evidence]
    decisions: Sequence[Decision]
    reasons: Sequence[tuple[str, str, str]]
    counts: str
    turns: Sequence[tuple[str, str]] = ()
    study_href: str = ""
    requirements: Sequence[Requirement] = ()


@dataclass(frozen=True)
class ConfirmPage:
    """Asked once before a case is closed or many are decided: what will happen to whom."""

    title: str
    happens: Sequence[str]
    button: str
    carried: Sequence[tuple[str, str]]
    back: str
    told: str = ""
    rows: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class ClosePage:
    """Closing outside the procedure."""

    head: CaseHead
    form: Form


@dataclass(frozen=True)
class PausePage:
    """Stopping the clock of a case: the form, what is left of its days, the pauses so far."""

    head: CaseHead
    form: Form | None
    budget: PauseBudget
    pauses: Sequence[Pause]
    may_resume: bool


@dataclass(frozen=True)
class RenewPage:
    """Moving a case to the policy in force: what that changes, or why it cannot be."""

    head: CaseHead
    form: Form | None
    why_not: str
    changes: Sequence[str]
    newer_name: str
