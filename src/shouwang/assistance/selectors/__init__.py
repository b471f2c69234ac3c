"""Reads of assistance."""

from shouwang.assistance.models import Measure
from shouwang.assistance.selectors.aids import AidCount, aid_count, aids_in, aids_visible_to
from shouwang.assistance.selectors.desk import (
    cases_to_plan,
    confirmations_of,
    measures_due,
    measures_late,
    measures_to_confirm,
    proof_get,
)
from shouwang.assistance.selectors.measures import (
    has_help_arrived,
    help_completion,
    measure_get,
    measure_of_task,
    measure_snapshot_query,
    measures_of_case,
    measures_of_household,
    measures_visible_to,
)
from shouwang.assistance.selectors.suggestions import (
    Matched,
    Suggestion,
    suggestions_by_risk,
    suggestions_for,
)

__all__ = [
    "AidCount",
    "Matched",
    "Measure",
    "Suggestion",
    "aid_count",
    "aids_in",
    "aids_visible_to",
    "cases_to_plan",
    "confirmations_of",
    "has_help_arrived",
    "help_completion",
    "measure_get",
    "measure_of_task",
    "measure_snapshot_query",
    "measures_due",
    "measures_late",
    "measures_of_case",
    "measures_of_household",
    "measures_to_confirm",
    "measures_visible_to",
    "proof_get",
    "suggestions_by_risk",
    "suggestions_for",
]
