"""What happened to a household after its risk was removed, for its column of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from shouwang.evaluation.models import FollowUp, RollBack
from shouwang.evaluation.selectors.following import follow_ups_of_household
from shouwang.evaluation.selectors.roll_backs import roll_backs_of_household
from shouwang.people.access import Viewer


@dataclass(frozen=True)
class AfterRemoval:
    """One visit of a transition period, one roll-back proposed, or one decided."""

    household_id: int
    at: date | datetime
    title: str
    text: str
    who: str


def after_removal(viewer: Viewer, household_id: int) -> list[AfterRemoval]:
    """This function returns the visits and roll-backs after a household's removals, in no order."""
    visits = [_visit(one) for one in follow_ups_of_household(viewer, household_id)]
    return visits + [entry for one in roll_backs_of_household(viewer, household_id) for entry in _roll_back(one)]


def _visit(one: FollowUp) -> AfterRemoval:
    found = "日子稳定" if one.is_steady else "又有困难"
    title = f"过渡期{one.get_way_display()}：{found}"
    return AfterRemoval(one.household_id, one.recorded_at, title, one.note, one.recorded_by)


def _roll_back(one: RollBack) -> Iterator[AfterRemoval]:
    names = "、".join(told["name"] for told in one.found)
    yield AfterRemoval(one.household_id, one.proposed_at, f"提出风险消除回退：{names}", one.reason, one.proposed_by)
    if one.decided_at is not None:
        title = f"风险消除回退复核：{one.get_state_display()}"
        yield AfterRemoval(one.household_id, one.decided_at, title, one.decided_reason, one.decided_by)
