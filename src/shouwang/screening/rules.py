"""What runs and checks mean by names, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from shouwang.rulebook import Policy
from shouwang.rulebook.checks import OVER_LABELS, OWNERS, Over
from shouwang.rulebook.policy import Line, plain

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


# Runs that follow one another: keys mean the same along a chain, so a chain has an end (docs/decisions/0018).
CHAIN_LINKS = 28
CHECK_EVERY = 7  # a run in so many also screens everybody and compares
ATTEMPTS = 3  # a run whose worker died so often is given up
STORM_AMOUNT = "storm_households"  # the policy's amount: more households than that, warned of by a changed line, wait

WHY_FULL = {
    "FIRST": "这个辖区第一次筛查，没有上一次可接。",
    "POLICY": "政策标准和上一次不同，每户都要重新对照。",
    "EARLIER_DAY": "筛查的日期比上一次早。",
    "CLOCKED": "政策里有按当天日期判断的条件，过一天每户都要重新对照。",
    "UNLISTED": "不知道上一次以后哪些户有变动。",
    "GONE": "上一次筛查的数据已过保存期限或已损坏。",
    "EDITION": "程序升级过，上一次的结果不能沿用。",
    "RENEWED": f"数据编号每接 {CHAIN_LINKS} 次换一套，这一次是新的一套。",
}
TOUCHED_BY = {"ROWS": "登记或部门数据有变动", "HANDLED": "预警转办情况有变动", "WINDOW": "计算时段移动"}


def storm_limit(policy: Policy, slot: int) -> int | None:
    """This function returns how many households a changed line may newly warn of at once; None: as many as it likes."""
    stated = policy.amounts.get(STORM_AMOUNT)
    return int(stated.value.at(slot)) if stated is not None else None


def policy_carried(policy: Policy, *, on: date) -> Policy:
    """This function returns what an earlier day's policy says, held against another day: the lines as they were."""
    return replace(policy, on=on)


def policy_changes(before: Policy, after: Policy) -> list[str]:
    """This function returns the names of what two policies state differently, in the order of the later one."""
    names = []
    for topic, catalogue in after.topics.pairs:
        earlier = before.topics.get(topic)
        for key, stated in catalogue.pairs:
            was = earlier.get(key) if earlier is not None else None
            if was is None or plain(_values(was)) != plain(_values(stated)):
                names.append(_name(stated))
        names += [_name(was) for key, was in (earlier.pairs if earlier is not None else ()) if key not in catalogue]
    return list(dict.fromkeys(names))


def _values(stated: Any) -> Any:
    if isinstance(stated, Line):
        return tuple(year.value if year is not None else None for year in stated.years)
    return stated.value


def _name(stated: Any) -> str:
    if isinstance(stated, Line):
        return next(year.name for year in stated.years if year is not None)
    return str(stated.name)
