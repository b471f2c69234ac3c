"""What a condition that does not hold still lacks: the least change of what it reads that would make it hold.

Time that only has to pass stands nearest, then money by its amount, counts, what somebody has to do, at last what has
to be found out first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from shouwang.kit.money import yuan_text
from shouwang.rulebook.conditions.evaluate import evaluate
from shouwang.rulebook.conditions.nodes import Compare, Const, FactRef, HasAny, Logic, Node, Not, facts_of
from shouwang.rulebook.conditions.render import node_text, number_text, set_text
from shouwang.rulebook.facts import Kind

DAYS = 400  # how far ahead a day is looked for on which a condition of time alone holds
WAIT, MONEY, COUNT, DEED, OTHER, UNKNOWN = range(6)
_UP, _DOWN = {">", ">="}, {"<", "<="}


@dataclass(frozen=True, order=True)
class Shortfall:
    """What is lacking: how near (`rank` by its nature, then `size` in its own unit: days, fen, heads), and in words."""

    rank: int
    size: Fraction
    text: str


def shortfall_of(node: Node, facts: Mapping[str, Any], *, on: date) -> Shortfall | None:
    """This function returns what a condition lacks on a fact row (by column), None where it holds."""
    result = evaluate(node, facts, on=on)
    if result is True:
        return None
    if isinstance(node, Logic):
        parts = [found for part in node.parts if (found := shortfall_of(part, facts, on=on)) is not None]
        if node.op == "or":
            return min(parts)
        joined = "，并且".join(dict.fromkeys(part.text for part in parts))
        return Shortfall(max(part.rank for part in parts), Fraction(sum(part.size for part in parts)), joined)
    if result is None:
        unknown = [fact.name for fact in facts_of(node) if evaluate(FactRef(fact.kind, fact), facts, on=on) is None]
        return Shortfall(UNKNOWN, Fraction(len(unknown)), f"先查明{'、'.join(unknown)}" if unknown else "尚难判断")
    return _of_leaf(node, facts, on)


def _of_leaf(node: Node, facts: Mapping[str, Any], on: date) -> Shortfall:
    if isinstance(node, Compare):
        if node.left.kind is Kind.DATE and (waited := _wait(node, facts, on)) is not None:
            return waited
        if node.left.kind in {Kind.MONEY, Kind.PER_HEAD, Kind.NUMBER} and (moved := _gap(node, facts, on)) is not None:
            return moved
    if isinstance(node, HasAny) and isinstance(node.value, FactRef):
        fact = node.value.fact
        items = "、".join(set_text(fact, [item]) for item in node.items)
        return Shortfall(DEED, Fraction(1), f"{fact.name}还没有{items}{'中的一种' if len(node.items) > 1 else ''}")
    if isinstance(node, FactRef):
        return Shortfall(DEED, Fraction(1), f"“{node.fact.name}”登记为否")
    if isinstance(node, Not) and isinstance(node.value, FactRef):
        return Shortfall(DEED, Fraction(1), f"“{node.value.fact.name}”登记为是")
    return Shortfall(OTHER, Fraction(1), f"要{node_text(node)}")


def _wait(node: Compare, facts: Mapping[str, Any], on: date) -> Shortfall | None:
    """This function returns how long a condition has to wait, None where time alone does not bring it about."""
    for days in range(1, DAYS + 1):
        day = on + timedelta(days=days)
        if evaluate(node, facts, on=day) is True:
            return Shortfall(WAIT, Fraction(days), f"再过 {days} 天，{day.isoformat()} 达到")
    return None


def _gap(node: Compare, facts: Mapping[str, Any], on: date) -> Shortfall | None:
    """This function returns by how much the left side is too small or too large for the right one.

    A per-head amount is told for the whole household: what all of it together has to earn more, to the fen.
    """
    left, right = evaluate(node.left, facts, on=on), evaluate(node.right, facts, on=on)
    heads = facts.get("member_count") or 1
    times = heads if node.left.kind is Kind.PER_HEAD else 1
    by = abs(Fraction(right) - Fraction(left)) * times
    least = math.floor(by) + 1 if node.op in {">", "<"} else math.ceil(by)
    if node.op not in _UP | _DOWN | {"="}:
        return None
    more = Fraction(right) > Fraction(left) or node.op in _UP
    if node.left.kind is Kind.NUMBER:
        to = number_text(Fraction(left) + (least if more else -least))
        return Shortfall(COUNT, Fraction(least), f"{node_text(node.left)}要由 {number_text(Fraction(left))} 到 {to}")
    what = node_text(node.left)
    if node.left.kind is Kind.PER_HEAD:
        what = f"{what}要{'超过' if node.op in {'>', '<'} else '达到'}{_side(node.right)}，全户一年"
    return Shortfall(
        MONEY, Fraction(least), f"{what}还差 {yuan_text(least)} 元" if more else f"{what}多 {yuan_text(least)} 元"
    )


def _side(node: Node) -> str:
    return node.label if isinstance(node, Const) and node.label else node_text(node)
