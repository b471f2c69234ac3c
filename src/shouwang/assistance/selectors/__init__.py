"""Reads of assistance."""

from shouwang.assistance.models import Measure
from shouwang.assistance.selectors.measures import (
    AidCount,
    aid_count,
    aids_in,
    aids_visible_to,
    has_help_arrived,
    help_completion,
    measure_get,
    measure_of_task,
    measure_snapshot_query,
    measures_of_case,
    measures_of_household,
    measures_visible_to,
)

__all__ = [
    "AidCount",
    "Measure",
    "aid_count",
    "aids_in",
    "aids_visible_to",
    "has_help_arrived",
    "help_completion",
    "measure_get",
    "measure_of_task",
    "measure_snapshot_query",
    "measures_of_case",
    "measures_of_household",
    "measures_visible_to",
]
