"""What the pages of back-tests show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shouwang.oversight.contexts.lab import SourceChoice
from shouwang.oversight.models import PolicyBacktest
from shouwang.oversight.rules.backtests import Best, CandidateRow
from shouwang.oversight.selectors import Past
from shouwang.ui.charts import CurveChart
from shouwang.ui.tables import KeyPage


@dataclass(frozen=True)
class BacktestPage:
    """The page of back-tests: over which months, from which version, and those that were stored.

    `past` is None without any month; `form` is None when the months do not suffice or the viewer only reads.
    """

    past: Past | None
    needed: int  # months that the shortest window takes
    usual: int  # months that the usual window takes
    months: int  # how long a month's snapshot is kept
    may_try: bool
    stored: KeyPage
    areas: Sequence[SourceChoice] = ()
    versions: Sequence[SourceChoice] = ()
    version: Any | None = None
    form: Any | None = None
    under_way: Any | None = None
    missing: Sequence[date] = ()

    @property
    def lacking(self) -> int:
        """How many months are still to come before anything can be tried."""
        return max(0, self.needed - (self.past.span if self.past else 0))


@dataclass(frozen=True)
class ResultPage:
    """A stored back-test, or the progress of one that is being made."""

    key: str
    progress: Any | None = None
    stored: PolicyBacktest | None = None
    rows: Sequence[CandidateRow] = ()
    chart: CurveChart | None = None
    best: Best | None = None
    form: Any | None = None
    try_href: str = ""
    is_flat: bool = False
    is_made: bool = False
