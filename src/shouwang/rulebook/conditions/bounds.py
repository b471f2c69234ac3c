"""How large the numbers of a condition can become: what might pass 38 digits is refused before any row is read.

The engines compute in whole numbers of 128 bits or 38 digits, the scalar evaluator without limit. Held below the
smallest limit, none of them can overflow within a condition, and all three always say the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from shouwang.rulebook.conditions.nodes import (
    NUMBER_SCALE,
    Arith,
    Coalesce,
    Compare,
    Const,
    FactRef,
    IsUnknown,
    Node,
    NumberOf,
    parts_of,
)  # fmt: skip
from shouwang.rulebook.errors import ConditionError
from shouwang.rulebook.facts import Kind

MOST = 10**38
_STORED = 2**63  # an amount as it is stored
_COUNTED = 10**12  # no more people, rows or division codes than this; what a text says has as many digits
_NUMERIC = {Kind.MONEY, Kind.PER_HEAD, Kind.NUMBER}


@dataclass(frozen=True)
class _Bound:
    """The largest absolute value of a whole number, what it is divided by, and whether by the head count too."""

    most: int
    scale: int = 1
    is_over_heads: bool = False


def _held(bound: _Bound) -> _Bound:
    if bound.most >= MOST:
        raise ConditionError("这里的数可能超过 38 位：请减少相乘的项，或者把倍数写得短些")
    return bound


def _aligned(left: _Bound, right: _Bound) -> tuple[_Bound, _Bound]:
    scale, heads = math.lcm(left.scale, right.scale), left.is_over_heads or right.is_over_heads
    one, other = (
        _held(
            _Bound(
                side.most * (scale // side.scale) * (1 if side.is_over_heads or not heads else _COUNTED), scale, heads
            )
        )
        for side in (left, right)
    )
    return one, other


def _bound(node: Node) -> _Bound:
    match node:
        case Const():
            values = [Fraction(str(node.value)), *(value for _, _, value in node.areas)]
            scale = math.lcm(*(value.denominator for value in values))
            return _held(_Bound(max(abs(int(value * scale)) for value in values), scale))
        case FactRef(fact=fact):
            return _Bound(_COUNTED if fact.kind is Kind.NUMBER else _STORED, 1, fact.kind is Kind.PER_HEAD)
        case NumberOf():
            return _Bound(_COUNTED * NUMBER_SCALE, NUMBER_SCALE)
        case Arith(op="*", left=left, right=right):
            one, other = _bound(left), _bound(right)
            heads = one.is_over_heads or other.is_over_heads
            return _held(_Bound(one.most * other.most, one.scale * other.scale, heads))
        case Arith(left=left, right=right):
            one, other = _aligned(_bound(left), _bound(right))
            return _held(_Bound(one.most + other.most, one.scale, one.is_over_heads))
        case Coalesce(value=value, otherwise=otherwise):
            one, other = _aligned(_bound(value), _bound(otherwise))
            return _Bound(max(one.most, other.most), one.scale, one.is_over_heads)
    raise TypeError(f"no number in {type(node).__name__}")


def bounds_check(node: Node) -> None:
    """This function refuses a node in which a number may pass 38 digits; raises ConditionError."""
    if node.kind in _NUMERIC:
        found = _bound(node)  # shown rounded down: the divisor is added once
        _held(_Bound(found.most + found.scale * (_COUNTED if found.is_over_heads else 1)))
    for part in parts_of(node):
        if isinstance(part, Compare) and part.left.kind in _NUMERIC:
            _aligned(_bound(part.left), _bound(part.right))
        elif isinstance(part, IsUnknown) and part.value.kind in _NUMERIC:
            _bound(part.value)
