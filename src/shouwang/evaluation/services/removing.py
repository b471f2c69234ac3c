"""The proposal that a watched household's risk be removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shouwang.assistance.selectors import measures_of_household
from shouwang.casework.selectors import household_requirements
from shouwang.casework.selectors.cases import Case
from shouwang.casework.services import removal_open
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer
from shouwang.register.selectors import household_get, state_on
from shouwang.rulebook.requirements import Requirement
from shouwang.standards.selectors import policy_for


class HelpMissing(Refusal):
    """A removal by help where no measure has arrived."""

    field = "way"
    sentence = "这一户还没有落实的帮扶措施，不能写“帮扶消除”。确属自然消除的，请选“自然消除”。"


class NotYet(Refusal):
    """A removal that is proposed while some condition does not hold or cannot be told."""

    def __init__(self, short: Sequence[Requirement]) -> None:
        self.keys = tuple(one.key for one in short)
        says = {False: "没有达到", None: "尚难判断"}
        super().__init__(f"还不能提出：{'；'.join(f'{one.name}（{says[one.result]}）' for one in short)}。")


def removal_propose(*, viewer: Viewer, household_id: int, way: str, reason: str, at: datetime) -> Case:
    """This function proposes that the risk of a watched household be removed, and returns the case that decides it.

    Every condition that data can settle must hold for this way on this day; who reads the facts is the system. Raises
    HelpMissing, NotYet, NoPolicyInForce, and what `removal_open` raises.
    """
    on = at.astimezone(SHANGHAI).date()
    home = household_get(viewer, household_id)
    state = state_on(viewer, household_id, on)
    if state is not None and state.watch_type and state.removed_date is None and not state.is_without_labour:
        if way == "HELP" and not measures_of_household(viewer, household_id).filter(state="DELIVERED").exists():
            raise HelpMissing
        _, policy = policy_for(slot=home.slot, on=on)
        found = household_requirements(household_id, policy, decides="removal", on=on, way=way)
        if short := [one for one in found if not one.is_asked and one.result is not True]:
            raise NotYet(short)
    return removal_open(viewer=viewer, household_id=household_id, way=way, reason=reason, at=at)
