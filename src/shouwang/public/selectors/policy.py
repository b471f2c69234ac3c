"""What the policy in force says about matters of the public; policies are public, so no viewer is needed."""

from __future__ import annotations

from datetime import date

from shouwang.kit.workdays import Deadline, calendar_seed
from shouwang.rulebook.public import Matter
from shouwang.rulebook.values import Provision
from shouwang.standards.selectors import NoPolicyInForce, policy_for


def matter_for(slot: int, key: str, *, on: date) -> Provision[Matter] | None:
    """This function returns what the policy says of a matter (`appeal`, …); None where it is not taken there."""
    try:
        _, policy = policy_for(slot=slot, on=on)
    except NoPolicyInForce:
        return None
    return policy.topic("public").get(key)


def matter_due(stated: Provision[Matter] | None, start: date) -> Deadline | None:
    """This function returns until when a matter handed in on a day is answered."""
    if stated is None:
        return None
    days = calendar_seed()
    add = days.working_days_add if stated.unit == "working_day" else days.calendar_days_add
    return add(start, stated.value.days)
