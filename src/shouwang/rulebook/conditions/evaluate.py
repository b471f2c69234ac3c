"""The scalar evaluator: one condition on one household, exactly, in three-valued logic. None is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from shouwang.rulebook.conditions.nodes import (
    NUMBER_TEXT,
    Among,
    Arith,
    Coalesce,
    Compare,
    Const,
    DateShift,
    DayShift,
    FactRef,
    HasAny,
    IsTrue,
    IsUnknown,
    Logic,
    Node,
    Not,
    NumberOf,
    Unknown,
)  # fmt: skip
from shouwang.rulebook.facts import Fact, Kind
from shouwang.rulebook.windows import months_before


def _as_date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def fact_value(fact: Fact, facts: Mapping[str, Any]) -> Any:
    """This function returns a fact's exact value from a row of `household_facts` (by column), None when unknown.

    A per-head amount is the fraction of its total and the head count, never the floored amount that is shown.
    """
    if fact.kind is Kind.PER_HEAD:
        total, heads = facts.get(fact.of_column), facts.get("member_count")
        return None if total is None or not heads else Fraction(int(total), int(heads))
    value = facts.get(fact.column)
    if value is None:
        return None
    if fact.kind in {Kind.MONEY, Kind.NUMBER}:
        return Fraction(int(value))
    if fact.kind is Kind.DATE:
        return _as_date(value)
    return frozenset(value) if fact.kind is Kind.SET else value


_ORDER = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _logic(op: str, results: list[bool | None]) -> bool | None:
    decisive = op == "or"
    if decisive in results:
        return decisive
    return None if None in results else not decisive


def _const(node: Const, facts: Mapping[str, Any]) -> Any:
    slot = facts.get("village_code")
    for lo, hi, value in node.areas:
        if slot is not None and lo <= int(slot) <= hi:
            return value
    return node.value


def _both(node: Arith | Compare, facts: Mapping[str, Any], on: date) -> tuple[Any, Any]:
    return evaluate(node.left, facts, on=on), evaluate(node.right, facts, on=on)


def _arith(node: Arith, facts: Mapping[str, Any], on: date) -> Any:
    left, right = _both(node, facts, on)
    if left is None or right is None:
        return None
    if node.op == "*":
        return left * right
    return left + right if node.op == "+" else left - right


def _compare(node: Compare, facts: Mapping[str, Any], on: date) -> bool | None:
    left, right = _both(node, facts, on)
    return None if left is None or right is None else bool(_ORDER[node.op](left, right))


def evaluate(node: Node, facts: Mapping[str, Any], *, on: date) -> Any:
    """This function evaluates a node on one household's facts, by column; a condition gives True, False, None."""
    match node:
        case Const():
            return _const(node, facts)
        case Unknown():
            return None
        case FactRef(fact=fact):
            return fact_value(fact, facts)
        case DayShift(months=months, days=days):
            return months_before(on, months) - timedelta(days=days)
        case DateShift(value=value, months=months, days=days):
            result = evaluate(value, facts, on=on)
            return None if result is None else months_before(result, -months) + timedelta(days=days)
        case NumberOf(value=value):
            result = evaluate(value, facts, on=on)
            return Fraction(result) if result is not None and NUMBER_TEXT.fullmatch(result) else None
        case Arith():
            return _arith(node, facts, on)
        case Compare():
            return _compare(node, facts, on)
        case Coalesce(value=value, otherwise=otherwise):
            result = evaluate(value, facts, on=on)
            return evaluate(otherwise, facts, on=on) if result is None else result
        case Among(value=value, items=items):
            result = evaluate(value, facts, on=on)
            return None if result is None else result in items
        case HasAny(value=value, items=items):
            result = evaluate(value, facts, on=on)
            return None if result is None else not result.isdisjoint(items)
        case IsUnknown(value=value):
            return evaluate(value, facts, on=on) is None
        case IsTrue(value=value, wanted=wanted):
            return evaluate(value, facts, on=on) is wanted
        case Not(value=value):
            result = evaluate(value, facts, on=on)
            return None if result is None else not result
        case Logic(op=op, parts=parts):
            return _logic(op, [evaluate(part, facts, on=on) for part in parts])
    raise TypeError(f"no evaluation for {type(node).__name__}")
