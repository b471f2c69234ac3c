"""Where a condition may turn while one fact moves and all others stand still: exactly, from the tree.

Between two such whole values (fen, heads, days) no comparison of the condition changes its answer, so that the nearest
value with another answer is always one of them.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from shouwang.rulebook.conditions.evaluate import evaluate, fact_value
from shouwang.rulebook.conditions.nodes import Arith, Coalesce, Compare, FactRef, Node, facts_of, parts_of
from shouwang.rulebook.facts import FACTS, Fact, Kind

HEADS = "member_count"
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)  # of days that are tried
_NUMERIC = {Kind.MONEY, Kind.PER_HEAD, Kind.NUMBER}
Terms = dict[int, Fraction]  # exponent of the moving fact → factor; a per-head amount has the heads below the line


class Unsolved(Exception):  # noqa: N818 - not a failure: the caller says that it cannot tell
    """A comparison in which the fact stands in a way that is not solved here."""


def moving_of(fact: Fact) -> tuple[Fact, ...]:
    """This function returns the stored facts that a fact moves with: a per-head amount with its total and the heads."""
    return (FACTS[fact.of], FACTS[HEADS]) if fact.kind is Kind.PER_HEAD else (fact,)


def _is_moved(node: Node, lever: Fact) -> bool:
    return any(lever in moving_of(fact) for fact in facts_of(node))


def _plus(one: Terms, other: Terms, sign: int) -> Terms:
    return {power: one.get(power, Fraction(0)) + sign * other.get(power, Fraction(0)) for power in {**one, **other}}


def _times(one: Terms, other: Terms) -> Terms:
    product: Terms = {}
    for (a, x), (b, y) in itertools.product(one.items(), other.items()):
        product[a + b] = product.get(a + b, Fraction(0)) + x * y
    return product


def _fact_terms(fact: Fact, lever: Fact, facts: Mapping[str, Any]) -> Terms | None:
    if fact.kind is Kind.PER_HEAD:
        total, heads = _fact_terms(FACTS[fact.of], lever, facts), _fact_terms(FACTS[HEADS], lever, facts)
        if total is None or not heads or heads == {0: 0}:
            return None
        ((power, factor),) = heads.items()
        return {exponent - power: value / factor for exponent, value in total.items()}
    if fact == lever:
        return {1: Fraction(1)}
    value = fact_value(fact, facts)
    return None if value is None else {0: value}


def _terms(node: Node, lever: Fact, facts: Mapping[str, Any], on: date) -> Terms | None:
    """This function writes a number as terms of the moving fact, None when it is unknown."""
    if not _is_moved(node, lever):
        value = evaluate(node, facts, on=on)
        return None if value is None else {0: Fraction(value)}
    match node:
        case FactRef(fact=fact):
            return _fact_terms(fact, lever, facts)
        case Coalesce(value=value, otherwise=otherwise):
            known = _terms(value, lever, facts, on)
            return _terms(otherwise, lever, facts, on) if known is None else known
        case Arith(op=op, left=left, right=right):
            one, other = _terms(left, lever, facts, on), _terms(right, lever, facts, on)
            if one is None or other is None:
                return None
            return _times(one, other) if op == "*" else _plus(one, other, 1 if op == "+" else -1)
    raise Unsolved


def _roots(terms: Terms) -> Iterator[int]:
    """This function yields whole numbers around every place where the terms change their sign."""
    least = min(0, *terms)
    powers = {power - least: value for power, value in terms.items() if value}  # heads are positive: the sign stays
    degree = max(powers, default=0)
    if degree > 2:
        raise Unsolved
    c, b, a = (powers.get(power, Fraction(0)) for power in range(3))
    near: list[int] = []
    if degree == 1:
        near = [math.floor(-c / b)]
    elif degree == 2:
        scale = math.lcm(a.denominator, b.denominator, c.denominator)
        whole = b * scale, b * b * scale * scale - 4 * a * c * scale * scale
        if whole[1] >= 0:
            root = math.isqrt(int(whole[1]))
            near = [math.floor(Fraction(int(-whole[0]) + sign * root) / (2 * a * scale)) for sign in (-1, 1)]
    for value in near:
        yield from range(value - 2, value + 4)


def _days(node: Compare, lever: Fact, facts: Mapping[str, Any], on: date) -> Iterator[int]:
    """This function yields the days around which a comparison of days turns; a moved day never goes backwards."""
    sides = [node.left, node.right]
    moved = [side for side in sides if _is_moved(side, lever)]
    fixed = [evaluate(side, facts, on=on) for side in sides if not _is_moved(side, lever)]
    if len(moved) != 1:
        raise Unsolved
    if fixed[0] is None:
        return

    def shifted(day: int) -> date:
        value = evaluate(moved[0], {**facts, lever.column: date.fromordinal(day)}, on=on)
        return value if isinstance(value, date) else EARLIEST

    span = range(EARLIEST.toordinal(), LATEST.toordinal() + 1)
    for find in (bisect.bisect_left, bisect.bisect_right):
        first = span.start + find(span, fixed[0], key=shifted)
        yield from (first - 1, first)


def _numbers(node: Compare, lever: Fact, facts: Mapping[str, Any], on: date) -> Iterator[int]:
    left, right = _terms(node.left, lever, facts, on), _terms(node.right, lever, facts, on)
    if left is not None and right is not None:
        yield from _roots(_plus(left, right, -1))


def critical_points(node: Node, lever: Fact, facts: Mapping[str, Any], *, on: date) -> set[int]:
    """This function returns whole values of one fact (fen, heads, ordinal days) around which the node may turn.

    All other facts stay as in the row (by column). Raises Unsolved where the fact stands in a product with itself.
    """
    found: set[int] = set()
    for part in parts_of(node):
        if isinstance(part, Compare) and _is_moved(part, lever):
            if part.left.kind in _NUMERIC:
                found.update(_numbers(part, lever, facts, on))
            elif part.left.kind is Kind.DATE:
                found.update(_days(part, lever, facts, on))
    return found
