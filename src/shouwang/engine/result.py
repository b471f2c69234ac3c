"""What a screening leaves: warnings, facts, and what a reader must know about the data behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from shouwang.engine.incremental import Followed


@dataclass(frozen=True)
class FeedState:
    """One expected delivery: how old its data is; `data_date` None means it never came."""

    department: str
    kind: str
    name: str
    data_date: date | None
    max_age_days: int
    is_stale: bool

    @property
    def sentence(self) -> str:
        """The state in words."""
        if self.data_date is None:
            return f"{self.name}：没有收到过数据，不能据此认为没有预警。"
        if self.is_stale:
            late = f"数据截至 {self.data_date.isoformat()}，超过 {self.max_age_days} 天"
            return f"{self.name}：{late}，不能据此认为没有预警。"
        return f"{self.name}：数据截至 {self.data_date.isoformat()}。"


@dataclass(frozen=True)
class ScreenResult:
    """The outcome of one run. `warnings` one row a household and cause, in order of household and cause.

    `outcomes`, when asked for: each trigger's result (null is undecided) for the households that some trigger does not
    clear; a household that is not in it is cleared by all. `followed` tells of a run that named its predecessor.
    """

    warnings: pa.Table
    run: dict[str, Any]
    feeds: tuple[FeedState, ...]
    missing_tables: tuple[str, ...]
    missing_columns: tuple[str, ...]
    digest: str
    undecided: dict[str, int] = field(default_factory=dict)
    outcomes: pa.Table | None = None
    followed: Followed | None = None
    facts_path: Path | None = None
    facts_held: pa.Table | None = field(default=None, repr=False)

    @property
    def facts(self) -> pa.Table:
        """One row a household, read from the file of the run when it was written to one."""
        if self.facts_held is not None:
            return self.facts_held
        return pq.read_table(self.facts_path)

    @property
    def stale(self) -> tuple[FeedState, ...]:
        """The deliveries that are late or never came."""
        return tuple(feed for feed in self.feeds if feed.is_stale)
