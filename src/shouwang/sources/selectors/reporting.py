"""What the form of a report offers and already knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shouwang.kit.codes import Risk
from shouwang.kit.dates import months_add
from shouwang.people.access import Viewer
from shouwang.register.selectors import HouseholdFile, SpendingLine, household_file
from shouwang.rulebook.workflow import Signed
from shouwang.rulebook.workflow_policy import workflow_of
from shouwang.standards.selectors import NoPolicyInForce, policy_for

EVENT_MONTHS = 12


@dataclass(frozen=True)
class KnownEvent:
    """Something the state already holds that may be just what is being reported."""

    line: SpendingLine
    cause: str
    person_id: int | None


@dataclass(frozen=True)
class KnownHousehold:
    """What the state holds of the household, so that nobody asks for it again."""

    file: HouseholdFile
    events: tuple[KnownEvent, ...]

    @property
    def count(self) -> int:
        """How many facts need not be asked."""
        return len(self.file.facts) + len(self.file.members) + len(self.file.statuses) + len(self.events) + 2

    def event(self, spending_id: int | None) -> KnownEvent | None:
        """This function returns a known event by its id."""
        return next((event for event in self.events if event.line.id == spending_id), None)


def burden_counted(viewer: Viewer, household_id: int | None, *, asked: int, on: date) -> dict[str, int]:
    """This function returns the burden of a form as its clue keeps it: what it asked, what of the household was known.

    Raises HouseholdNotFound.
    """
    known = household_known(viewer, household_id, on).count if household_id else 0
    return {"asked": asked, "known": known}


def causes_offered(*, slot: int, on: date) -> list[tuple[str, str]]:
    """This function returns the causes a report may give: those the policy verifies, all where it says nothing."""
    try:
        _, policy = policy_for(slot=slot, on=on)
    except NoPolicyInForce:
        return Risk.choices()
    verified = workflow_of(policy).verify
    offered = [choice for choice in Risk.choices() if choice[0] in verified]
    return offered or Risk.choices()


def paper_signed(*, slot: int, on: date) -> Signed | None:
    """This function returns what the policy lets a household sign with a report; None where it has no words for it."""
    try:
        _, policy = policy_for(slot=slot, on=on)
    except NoPolicyInForce:
        return None
    return workflow_of(policy).signed


def steps_ahead(*, slot: int, channel: str, on: date) -> list[tuple[str, str]]:
    """This function returns what follows a report in the policy's words: (step, what is done there), each once."""
    try:
        _, policy = policy_for(slot=slot, on=on)
    except NoPolicyInForce:
        return []
    flow = workflow_of(policy)
    if not flow.route:
        return []
    procedure = flow.procedures[flow.route].value
    steps: dict[str, list[str]] = {}
    reached = False
    for key, stage in procedure.stages.items():
        reached = reached or key == procedure.entry(channel)
        if reached and stage.act not in ("amend", "settle"):
            steps.setdefault(stage.step, []).append(stage.name)
    return [(step, "、".join(names)) for step, names in steps.items()]


def household_known(viewer: Viewer, household_id: int, on: date) -> KnownHousehold:
    """This function returns what is known of a household; raises HouseholdNotFound."""
    known = household_file(viewer, household_id, on)
    since = months_add(on, -EVENT_MONTHS)
    by_name = {member.name: member.person_id for member in known.members}
    events = []
    for line in known.spendings:
        cause = Risk.parse_or_none(line.cause_label)
        if line.event_date >= since and cause is not None:
            events.append(KnownEvent(line, cause.value, by_name.get(line.person_name)))
    return KnownHousehold(known, tuple(events))
