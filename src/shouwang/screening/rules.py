"""What the checks mean by names, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shouwang.rulebook.checks import OVER_LABELS, OWNERS, Over

COUNTY = 3  # the level of area that checks run over: a county's own rules hold there
LOCAL = "local_"  # how keys of rules that a county wrote itself begin


def owner_label(owner: str) -> str:
    """This function returns who mends what a check finds, in words."""
    return OWNERS.get(owner, owner)


def over_label(over: str) -> str:
    """This function returns what a hit of a check is about: 人, 户 or 村."""
    return OVER_LABELS[Over(over)] if over in set(Over) else over


def is_local(rule_key: str) -> bool:
    """This function tells whether a county wrote the rule itself."""
    return rule_key.startswith(LOCAL)


def facts_kept(facts: Mapping[str, Any]) -> dict[str, Any]:
    """This function returns the facts of a hit without the keys of its snapshot, which mean nothing outside it."""
    return {name: value for name, value in facts.items() if name not in {"household_key", "person_key"}}
