"""Clocks of cases: last days by the calendar in force, the pauses a pack allows, what is left of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Q

from shouwang.casework.models import Case, Pause
from shouwang.casework.selectors.procedures import policy_by_version_id
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.workdays import Deadline
from shouwang.people.access import Kind, Role, Viewer
from shouwang.rulebook.clocks import Clocks, clocks_of
from shouwang.rulebook.clocks import Pause as PauseRule
from shouwang.rulebook.values import Provision
from shouwang.rulebook.workflow_policy import Due, Workflow
from shouwang.standards.selectors import calendar_in_force

# Open cases that have not come far enough before the clock over the whole procedure ran out.
OVERRUN = Q(closed_on__isnull=True, total_lapsed_on__isnull=False, total_met_on__isnull=True)
PAUSING_ROLES: Collection[Role] = (Role.OFFICER, Role.CLERK, Role.LEADER)


def due_on_calendar(flow: Workflow, clock: str, start: date) -> Due:
    """This function returns when a clock runs out; days beyond the seed are looked up in what the operator recorded."""
    due = flow.due(clock, start)
    return flow.due(clock, start, calendar=calendar_in_force()) if due.is_provisional else due


def notice_end_on_calendar(flow: Workflow, notice: str, posted_on: date) -> Deadline:
    """This function returns the last day a notice hangs, by the calendar in force."""
    ends = flow.notice_ends(notice, posted_on)
    return flow.notice_ends(notice, posted_on, calendar=calendar_in_force()) if ends.is_provisional else ends


@lru_cache(maxsize=512)
def clocks_by_version_id(version_id: int, *, on: date) -> Clocks:
    """This function returns what a stored pack version says about pauses and escalation on a day."""
    return clocks_of(policy_by_version_id(version_id, on=on))


def clocks_for(case: Case) -> Clocks:
    """This function returns the pauses and steps up of the pack a case stays on."""
    return clocks_by_version_id(case.pack_version_id, on=case.opened_at.astimezone(SHANGHAI).date())


def pauses_allowed(viewer: Viewer, case: Case) -> dict[str, Provision[PauseRule]]:
    """This function returns the reasons for which this viewer may pause a case; none when it is closed or not hers."""
    if not case.is_open or viewer.role not in PAUSING_ROLES or not viewer.can_see(case.slot):
        return {}
    return clocks_for(case).pauses_for(Kind(viewer.kind).value)


@dataclass(frozen=True)
class PauseBudget:
    """How many days a case may be paused in all, and how many of them are used up."""

    limit: int
    used: int

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


def pause_budget(case: Case) -> PauseBudget:
    """This function returns what is left of the days that a case may be paused."""
    return PauseBudget(clocks_for(case).limit, sum(pause.days for pause in Pause.objects.filter(case=case)))
