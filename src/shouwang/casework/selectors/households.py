"""Everything that happened to a household's cases, for its file."""

from __future__ import annotations

from dataclasses import dataclass

from shouwang.casework.models import CaseEvent
from shouwang.casework.selectors.cases import TimelineLine, cases_visible_to, timeline_line
from shouwang.people.access import Viewer


@dataclass(frozen=True)
class HouseholdEvent:
    """One event of one of a household's cases."""

    case_id: int
    line: TimelineLine


def events_of_household(viewer: Viewer, household_id: int) -> list[HouseholdEvent]:
    """This function returns the events of all cases of a household in sight, newest first, in one query."""
    cases = cases_visible_to(viewer).filter(household_id=household_id).order_by()
    events = CaseEvent.objects.filter(case__in=cases).select_related("decision").order_by("-at", "-pk")
    return [HouseholdEvent(event.case_id, timeline_line(event)) for event in events]
