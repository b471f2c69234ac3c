"""Reads of assistance."""

from shouwang.assistance.models import Measure
from shouwang.assistance.selectors.aids import AidCount, aid_count, aids_in, aids_visible_to
from shouwang.assistance.selectors.counts import CountTotal, MeasureCount, count_total, measure_counts
from shouwang.assistance.selectors.desk import (
    cases_to_plan,
    confirmations_of,
    measures_due,
    measures_late,
    measures_to_confirm,
    proof_get,
)
from shouwang.assistance.selectors.entitlements import (
    MonthSum,
    change_holding,
    entitlement_get,
    entitlements_of_household,
    entitlements_visible_to,
    findings_open,
    findings_visible_to,
    month_sum,
    months_in,
    runs_visible_to,
    with_standing,
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
    "CountTotal",
    "Matched",
    "Measure",
    "MeasureCount",
    "MonthSum",
    "Suggestion",
    "aid_count",
    "aids_in",
    "aids_visible_to",
    "cases_to_plan",
    "change_holding",
    "confirmations_of",
    "count_total",
    "entitlement_get",
    "entitlements_of_household",
    "entitlements_visible_to",
    "findings_open",
    "findings_visible_to",
    "has_help_arrived",
    "help_completion",
    "measure_counts",
    "measure_get",
    "measure_of_task",
    "measure_snapshot_query",
    "measures_due",
    "measures_late",
    "measures_of_case",
    "measures_of_household",
    "measures_to_confirm",
    "measures_visible_to",
    "month_sum",
    "months_in",
    "proof_get",
    "runs_visible_to",
    "suggestions_by_risk",
    "suggestions_for",
    "with_standing",
]
