"""The nearest change in words: 再多 321.50 元刚性自付支出就会预警（到 15,000.01 元）."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from shouwang.engine.explanation import Explanation, explain
from shouwang.engine.nearest import Move, Nearest, nearest_changes
from shouwang.kit.codes import STATUS_LABELS
from shouwang.kit.money import yuan_text
from shouwang.rulebook.conditions.evaluate import fact_value
from shouwang.rulebook.conditions.render import number_text, value_text
from shouwang.rulebook.facts import FACTS, Fact, Kind
from shouwang.rulebook.policy import Policy

TOLD = 3  # changes told of one trigger or household
_EDGES = {"least": "不少于 {}", "most": "不多于 {}", "only": "正好是 {}", "": "{}"}
_DAY_EDGES = {"least": "不早于 {}", "most": "不晚于 {}", "only": "正好是 {}", "": "{}"}


def _code(value: Any) -> str:
    return str(getattr(value, "label", "") or STATUS_LABELS.get(str(value), str(value)))


def _codes(values: Iterable[Any]) -> str:
    return "、".join(f"“{_code(value)}”" for value in values)


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _amount(fact: Fact, value: Any) -> str:
    return f"{yuan_text(int(value))} 元" if fact.kind is Kind.MONEY else number_text(Fraction(int(value)))


def _known(move: Move) -> str:
    """This function says how a fact that is known would have to differ."""
    fact = move.fact
    match fact.kind:
        case Kind.MONEY:
            by = int(move.after) - int(move.before)
            more = "多" if by > 0 else "少"
            return f"{fact.name}再{more} {yuan_text(abs(by))} 元（到 {_amount(fact, move.after)}）"
        case Kind.NUMBER:
            by = int(move.after) - int(move.before)
            return f"{fact.name}{'多' if by > 0 else '少'} {abs(by)}（到 {int(move.after)}）"
        case Kind.DATE:
            days = (_day(move.after) - _day(move.before)).days
            return f"{fact.name}{'晚' if days > 0 else '早'} {abs(days)} 天（{_day(move.after).isoformat()}）"
        case Kind.SET:
            return _items(fact, frozenset(move.before), frozenset(move.after))
        case Kind.BOOL:
            return f"“{fact.name}”由{value_text(fact.kind, move.before)}改为{value_text(fact.kind, move.after)}"
    return f"{fact.name}由{_codes((_of(fact, move.before),))}改为{_either(fact, move)}"


def _of(fact: Fact, value: Any) -> Any:
    """This function returns a declared code with its label, where a row holds the bare text."""
    return next((code for code in fact.values if code == value), value)


def _either(fact: Fact, move: Move) -> str:
    return "或".join(_codes((_of(fact, value),)) for value in (move.after, *move.also))


def _items(fact: Fact, before: frozenset[str], after: frozenset[str]) -> str:
    parts = []
    if after - before:
        parts.append(f"添上{_codes(sorted(after - before))}")
    if before - after:
        parts.append(f"去掉{_codes(sorted(before - after))}")
    return f"{fact.name}里{'、'.join(parts)}"


def _unknown(move: Move) -> str:
    """This function says what a fact that is unknown would have to be."""
    fact = move.fact
    if fact.kind is Kind.DATE:
        return f"{fact.name}查明为" + _DAY_EDGES[move.edge].format(_day(move.after).isoformat())
    if fact.kind in {Kind.MONEY, Kind.NUMBER}:
        return f"{fact.name}查明为" + _EDGES[move.edge].format(_amount(fact, move.after))
    if fact.kind is Kind.BOOL:
        return f"“{fact.name}”查明为{value_text(fact.kind, move.after)}"
    if fact.kind is Kind.SET:
        return f"{fact.name}查明含有{_codes(move.after)}"
    return f"{fact.name}查明为{_either(fact, move)}"


def _heads(move: Move, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """This function says what becomes of the per-head amount of a moved total, each rounded down to the fen."""
    shown = []
    for fact in FACTS.values():
        if fact.kind is Kind.PER_HEAD and fact.of == move.fact.key:
            values = [value_text(fact.kind, fact_value(fact, row)) for row in (before, after)]
            if "未知" not in values:
                shown.append(f"{fact.name}由 {values[0]} 到 {values[1]}")
    return f"，{'、'.join(shown)}" if shown else ""


def nearest_text(nearest: Nearest, facts: Mapping[str, Any]) -> str:
    """This function puts a change into one sentence, for the fact row it is about."""
    after = nearest.applied(facts)
    parts = [
        (_unknown(move) if move.before is None else _known(move)) + _heads(move, facts, after) for move in nearest.moves
    ]
    end = "就会预警" if nearest.would_warn else "就不会预警"
    return f"{'，同时'.join(parts)}，{end}。"


def explain_nearest(policy: Policy, trigger_key: str, facts: Mapping[str, Any]) -> Explanation:
    """This function explains one trigger on one fact row, with the nearest values that would change the answer."""
    changes = nearest_changes(policy, trigger_key, facts)
    told = tuple(nearest_text(change, facts) for change in changes[:TOLD])
    return replace(explain(policy, trigger_key, facts), nearest=told or ("没有找到只改一项或两项就会改变结果的情况。",))


@dataclass(frozen=True)
class NearTrigger:
    """A trigger that does not warn of a household: what is missing, and whether it cannot be decided as it is."""

    key: str
    name: str
    sentence: str
    is_undecided: bool
    change: Nearest


def nearest_triggers(policy: Policy, facts: Mapping[str, Any]) -> tuple[NearTrigger, ...]:
    """This function returns, for a household without a warning, the triggers nearest to warning, the nearest first."""
    found = []
    for key, stated in policy.triggers.items():
        changes = nearest_changes(policy, key, facts)
        if changes and changes[0].would_warn:
            is_undecided = explain(policy, key, facts).result is None
            found.append(NearTrigger(key, stated.name, nearest_text(changes[0], facts), is_undecided, changes[0]))
    ranks = {near.key: (len(near.change.moves), *(move.rank for move in near.change.moves)) for near in found}
    return tuple(sorted(found, key=lambda near: ranks[near.key]))
