"""Conditions in words: what a person reads when a household is explained."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from shouwang.kit.money import yuan_text
from shouwang.rulebook.conditions.nodes import (
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

_OPS = {"=": "等于", "<>": "不等于", "<": "低于", "<=": "不高于", ">": "超过", ">=": "达到"}
_DAY_OPS = {"=": "为", "<>": "不为", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}
_SIGNS = {"+": "加", "-": "减", "*": "×"}


def number_text(value: Fraction) -> str:
    """This function renders an exact number without loss of sense: 1.5, 4, 7/3."""
    if value.denominator == 1:
        return str(value.numerator)
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return f"{float(value):g}" if rest == 1 else f"{value.numerator}/{value.denominator}"


def value_text(kind: Kind, value: Any) -> str:
    """This function renders a value of a kind; money in yuan, rounded down to the fen, unknown as 未知."""
    if value is None:
        return "未知"
    if kind in {Kind.MONEY, Kind.PER_HEAD}:
        exact = Fraction(value)
        return f"{yuan_text(exact.numerator // exact.denominator)} 元"
    if kind is Kind.NUMBER:
        return number_text(Fraction(value))
    if kind is Kind.BOOL:
        return "是" if value else "否"
    if kind is Kind.DATE:
        return value.isoformat() if isinstance(value, date) else str(value)
    if kind is Kind.SET:
        return "、".join(sorted(str(item) for item in value)) or "空"
    return str(value)


def _code_text(fact: Fact, item: str) -> str:
    """This function returns a code of a set in words, where its list has words."""
    found = next((code for code in fact.values if code == item), None)
    return str(getattr(found, "label", item))


def set_text(fact: Fact, items: Iterable[str] | None) -> str:
    """This function renders the value of a set, in the order of its code list."""
    if items is None:
        return "未知"
    order = {code: place for place, code in enumerate(fact.values)}
    inside = sorted(items, key=lambda item: (order.get(item, len(order)), item))
    return "、".join(_code_text(fact, item) for item in inside) or "空"


def _const_text(node: Const) -> str:
    return node.label or value_text(node.kind, node.value)


def _day_text(node: DayShift) -> str:
    if node.months:
        return f"当日前 {node.months} 个月"
    return f"当日前 {node.days} 天" if node.days else "当日"


def _compare_text(node: Compare) -> str:
    words = _DAY_OPS if node.left.kind is Kind.DATE else _OPS
    return f"{node_text(node.left)}{words[node.op]}{node_text(node.right)}"


def _items_text(items: tuple[str, ...], label: str) -> str:
    return f"名单“{label}”" if label else "、".join(items)


def node_text(node: Node) -> str:
    """This function renders a node in words."""
    match node:
        case Const():
            return _const_text(node)
        case Unknown():
            return "尚难判断"
        case FactRef(fact=fact):
            return fact.name
        case DayShift():
            return _day_text(node)
        case DateShift(value=value, months=months, days=days):
            return f"{node_text(value)}之后 {months} 个月" if months else f"{node_text(value)}之后 {days} 天"
        case NumberOf(value=value):
            return f"{node_text(value)}里的数"
        case Arith(op=op, left=left, right=right):
            return f"{node_text(left)} {_SIGNS[op]} {node_text(right)}"
        case Coalesce(value=value, otherwise=otherwise):
            return f"{node_text(value)}（未知时按{node_text(otherwise)}）"
        case Compare():
            return _compare_text(node)
        case Among(value=value, items=items, label=label):
            return f"{node_text(value)}属于{_items_text(items, label)}"
        case HasAny(value=FactRef(fact=fact), items=items, label="") if fact.values:
            return f"{fact.name}含有{'、'.join(_code_text(fact, item) for item in items)}"
        case HasAny(value=value, items=items, label=label):
            return f"{node_text(value)}含有{_items_text(items, label)}"
        case IsUnknown(value=value):
            return f"{node_text(value)}未知"
        case IsTrue(value=value, wanted=wanted):
            return f"{node_text(value)}{'确定成立' if wanted else '确定不成立'}"
        case Not(value=IsUnknown(value=value)):
            return f"{node_text(value)}已知"
        case Not(value=value):
            return f"不是：{node_text(value)}"
        case Logic(op=op, parts=parts):
            joined = ("，并且" if op == "and" else "，或者").join(node_text(part) for part in parts)
            return f"（{joined}）"
    raise TypeError(f"no words for {type(node).__name__}")
