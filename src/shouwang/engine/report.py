"""The report of a run, as run.json holds it; the same for every engine but for the engine's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shouwang.engine.result import FeedState
from shouwang.engine.shape import Shape
from shouwang.engine.snapshot import Opened
from shouwang.rulebook.policy import Policy


def run_report(
    policy: Policy, warnings: pa.Table, counts: dict[str, int], tallies: dict[str, tuple[int, int]], opened: Opened,
    feeds: Sequence[FeedState], digest: str, shape: Shape, *, engine: str,
) -> dict[str, Any]:  # fmt: skip
    """This function returns the report of a run as plain data: what was screened, under what, and what is missing."""
    causes = warnings.column("cause").value_counts().to_pylist()
    return {
        "format": 1,
        "engine": engine,
        "place": policy.place,
        "place_name": policy.name,
        "on": policy.on.isoformat(),
        "policy_digest": policy.digest,
        "snapshot_digest": digest,
        "shape_digest": shape.digest,
        "households": counts["household"],
        "persons": counts["person"],
        "warnings": warnings.num_rows,
        "held": pc.sum(warnings.column("is_held")).as_py() or 0,
        "by_cause": {row["values"]: row["counts"] for row in sorted(causes, key=lambda row: row["values"])},
        "triggers": {key: {"warned": warned, "undecided": unknown} for key, (warned, unknown) in tallies.items()},
        "missing_tables": list(opened.missing_tables),
        "missing_columns": list(opened.missing_columns),
        "feeds": [
            {"department": feed.department, "kind": feed.kind, "is_stale": feed.is_stale, "sentence": feed.sentence,
             "data_date": feed.data_date.isoformat() if feed.data_date else None, "max_age_days": feed.max_age_days}
            for feed in feeds
        ],
    }  # fmt: skip
