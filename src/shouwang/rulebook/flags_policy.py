"""The flags of a policy with their conditions read, without compiling the rest of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from shouwang.rulebook.conditions.evaluate import evaluate
from shouwang.rulebook.conditions.nodes import Node
from shouwang.rulebook.conditions.parse import Scope, condition_parse
from shouwang.rulebook.errors import ConditionError, PackError
from shouwang.rulebook.facts import FACTS
from shouwang.rulebook.flags import Flag
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.values import Provision

_READ: dict[str, dict[str, Node]] = {}


@lru_cache(maxsize=512)
def _conditions(policy: Policy) -> dict[str, Node]:
    # A digest covers all that is in force: policies of two days that share it read their conditions alike.
    if policy.digest not in _READ:
        scope = Scope(FACTS, policy, {"household_type": tuple(policy.types)})
        _READ[policy.digest] = {stated.key: _read(stated, scope) for stated in policy.flags.values()}
    return _READ[policy.digest]


def _read(stated: Provision[Flag], scope: Scope) -> Node:
    try:
        return condition_parse(stated.value.when, scope)
    except ConditionError as error:
        raise PackError(error.message, file=stated.file, key=f"{stated.key}.when") from None


def flags_judge(policy: Policy, facts: Mapping[str, Any], *, on: date) -> dict[str, bool | None]:
    """This function tells of each flag whether it holds for a fact row (by column); None where it cannot be told."""
    return {key: evaluate(node, facts, on=on) for key, node in _conditions(policy).items()}
