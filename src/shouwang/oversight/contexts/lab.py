"""What the pages of the policy lab show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shouwang.oversight.models import PolicyDraft, PolicyTrial, VariantProposal
from shouwang.oversight.rules.tables import CompareRow, DiffRow, LadderRow, PoolUse, Results
from shouwang.oversight.rules.variants import MOST
from shouwang.ui.charts import BarChart
from shouwang.ui.tables import KeyPage


@dataclass(frozen=True)
class LabPage:
    """The policy lab: the latest screening on whose data policies can be tried (None: none), and the saved trials."""

    latest: Any | None
    may_try: bool
    trials: KeyPage


@dataclass(frozen=True)
class Shown:
    """One variant of a trial in full: what it changes, by area, type and cause; its workload and payments."""

    number: int
    name: str
    changes: list[dict[str, str]]
    total: dict[str, Any]
    paid: int
    paid_fen: int
    base_paid_fen: int
    uncovered: int
    undecided: int
    per_week: str | None
    base_per_week: str | None
    groups: list[tuple[str, str, list[DiffRow]]]  # key, title, rows
    ladders: list[LadderRow]
    pools: list[PoolUse]
    chart: BarChart | None
    rows_address: str = ""  # of the households it moves; empty in a saved trial, whose data may be gone

    @property
    def added_href(self) -> str:
        """The address of the households added."""
        return self._href("added", self.total["added_households"])

    @property
    def dropped_href(self) -> str:
        """The address of the households dropped."""
        return self._href("dropped", self.total["dropped_households"])

    def _href(self, way: str, count: int) -> str:
        return f"{self.rows_address}&way={way}" if self.rows_address and count else ""

    @property
    def base_note(self) -> str:
        """What stood before, beside the number after."""
        return f"现在 {self.total['base_households']:,} 户"

    @property
    def added_note(self) -> str:
        """The people in the households added."""
        return f"{self.total['added_people']:,} 人"

    @property
    def dropped_note(self) -> str:
        """The people in the households dropped."""
        return f"{self.total['dropped_people']:,} 人"


@dataclass(frozen=True)
class Comparison:
    """All variants side by side."""

    rows: list[CompareRow]
    chart: BarChart | None


@dataclass(frozen=True)
class SourceChoice:
    """One choice of a list: its value, its words, whether it is chosen."""

    value: int
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class WhatIfPage:
    """The page of what-ifs: on which data, from which version, which values, and what came out."""

    run: Any | None = None
    version: Any | None = None
    runs: Sequence[SourceChoice] = ()
    versions: Sequence[SourceChoice] = ()
    form: Any = None
    grid: Any = None
    save: Any = None
    draft: PolicyDraft | None = None
    kept: int = 0  # how many variants are kept for comparison; they stand first
    is_ready: bool = False
    progress: Any | None = None
    gone: str = ""
    results: Results | None = None
    shown: Shown | None = None
    comparison: Comparison | None = None
    most: int = MOST
    hidden: list[tuple[str, str]] = field(default_factory=list)
    may_propose: bool = False


@dataclass(frozen=True)
class TrialPage:
    """A saved trial."""

    trial: PolicyTrial
    results: Results
    shown: Shown | None
    comparison: Comparison
    proposals: list[VariantProposal]
    may_propose: bool


@dataclass(frozen=True)
class ProposePage:
    """A variant about to be proposed."""

    trial: PolicyTrial
    shown: Shown
    form: Any


@dataclass(frozen=True)
class MovedRow:
    """A household that a variant adds or drops, and the rule with what it measured."""

    household_id: int
    household: str
    place: str
    is_seen: bool
    type_name: str
    cause: str
    rule: str
    measured: str
    threshold: str


@dataclass(frozen=True)
class MovedPage:
    """The households that a variant adds or drops."""

    run: Any
    name: str
    way: str
    count: int
    rows: KeyPage
    back: str
