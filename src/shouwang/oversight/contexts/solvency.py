"""What the pages of solvency show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms

from shouwang.insurance.selectors import Pool
from shouwang.insurance.services import LadderTried
from shouwang.oversight.rules.solvency import Solvency
from shouwang.ui.charts import TrendChart


@dataclass(frozen=True)
class SolvencyPoolsPage:
    """The pools whose solvency can be looked at."""

    pools: Sequence[Pool]


@dataclass(frozen=True)
class SolvencyPage:
    """One pool's solvency on a day, and under a ladder that is tried."""

    pool: Pool
    has_fen: int
    found: Solvency
    confidence: int
    chart: TrendChart | None
    form: forms.Form
    tried: Sequence[LadderTried] = ()
    under: Solvency | None = None

    @property
    def difference_fen(self) -> int:
        """What the claims so far would come to more (below zero: less) under the tried ladder."""
        return sum(one.after_fen - one.before_fen for one in self.tried)
