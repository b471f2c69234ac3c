"""Reads of casework, all within the viewer's areas or her organisation's tasks."""

from shouwang.casework.selectors.cases import (
    StageAction,
    TimelineLine,
    case_about,
    case_decisions,
    case_get,
    case_stage_action,
    case_timeline,
    cases_of_cause,
    cases_of_household,
    cases_reported_by,
    cases_visible_to,
    events_between,
    happened,
    may_close,
)
from shouwang.casework.selectors.desk import (
    Desk,
    cases_waiting,
    desk_late,
    desk_returned,
    desk_soon,
    desk_waiting,
)
from shouwang.casework.selectors.flags import OVERRIDDEN, VERDICTS, looked_flags, looks_asked
from shouwang.casework.selectors.households import HouseholdEvent, events_of_household
from shouwang.casework.selectors.lamps import LampCount, lamp_counts, lamp_filter, lamp_totals, with_lamp
from shouwang.casework.selectors.outcomes import CaseOutcome, outcomes_in
from shouwang.casework.selectors.procedures import procedure_for, stage_for, workflow_for
from shouwang.casework.selectors.requirements import household_requirements
from shouwang.casework.selectors.similar import amounts_register
from shouwang.casework.selectors.tasks import (
    FigureLine,
    delivery_task_key,
    figure_lines,
    task_get,
    task_kind,
    tasks_late,
    tasks_of_case,
    tasks_of_organisation,
    tasks_visible_to,
)

__all__ = [
    "OVERRIDDEN",
    "VERDICTS",
    "CaseOutcome",
    "Desk",
    "FigureLine",
    "HouseholdEvent",
    "LampCount",
    "StageAction",
    "TimelineLine",
    "amounts_register",
    "case_about",
    "case_decisions",
    "case_get",
    "case_stage_action",
    "case_timeline",
    "cases_of_cause",
    "cases_of_household",
    "cases_reported_by",
    "cases_visible_to",
    "cases_waiting",
    "delivery_task_key",
    "desk_late",
    "desk_returned",
    "desk_soon",
    "desk_waiting",
    "events_between",
    "events_of_household",
    "figure_lines",
    "happened",
    "household_requirements",
    "lamp_counts",
    "lamp_filter",
    "lamp_totals",
    "looked_flags",
    "looks_asked",
    "may_close",
    "outcomes_in",
    "procedure_for",
    "stage_for",
    "task_get",
    "task_kind",
    "tasks_late",
    "tasks_of_case",
    "tasks_of_organisation",
    "tasks_visible_to",
    "with_lamp",
    "workflow_for",
]
