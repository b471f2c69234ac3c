"""Whether what a decision requires (topic `exit`) holds for one household; questions are left to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shouwang.rulebook.conditions.evaluate import evaluate
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import program_compile


@dataclass(frozen=True)
class Requirement:
    """One requirement on a day. `asks` is the question to a person, empty where data settles it.

    `result` is what the data say: True holds, False does not, None cannot be told (always so of a question).
    """

    key: str
    name: str
    clause: str
    asks: str
    result: bool | None

    @property
    def is_asked(self) -> bool:
        return bool(self.asks)


def requirements_judge(policy: Policy, *, decides: str, facts: Mapping[str, Any], on: date) -> list[Requirement]:
    """This function returns the requirements of a decision for a household with these facts (by column), in order.

    Those of other kinds of watched household (`watch_type`) are left out.
    """
    found = []
    for rule in program_compile(policy).judgements:
        stated = rule.stated
        if rule.topic != "exit" or stated.value.decides != decides:
            continue
        if stated.value.types and facts.get("watch_type") not in stated.value.types:
            continue
        result = evaluate(rule.when, facts, on=on) if rule.when is not None else None
        found.append(Requirement(stated.key, stated.name, stated.source.clause, stated.value.asks or "", result))
    return found
