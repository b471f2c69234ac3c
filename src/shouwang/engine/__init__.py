"""The engine: from snapshot tables to household facts, from facts to warnings.

Takes: folders of snapshot tables (Parquet or CSV), a `Policy`, a day, what has been handled already. Leaves: warnings
with evidence and one fact row a household, the same bytes for the same input. Never: imports Django, reads the clock,
sees a name or an ID number, decides about a household.
"""

from shouwang.engine.errors import RuleFailure, SnapshotError
from shouwang.engine.explanation import Explanation, explain, explain_type
from shouwang.engine.nearest_text import NearTrigger, explain_nearest, nearest_triggers
from shouwang.engine.result import FeedState, ScreenResult
from shouwang.engine.run import screen
from shouwang.engine.snapshot import manifest_write

__all__ = [
    "Explanation",
    "FeedState",
    "NearTrigger",
    "RuleFailure",
    "ScreenResult",
    "SnapshotError",
    "explain",
    "explain_nearest",
    "explain_type",
    "manifest_write",
    "nearest_triggers",
    "screen",
]
