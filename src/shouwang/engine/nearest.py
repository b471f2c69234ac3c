"""The nearest value that would have changed the answer: which single fact, by how much; or which two together.

Only facts are moved, each alone while the others stand, and only to values a household can have. Where the rule may
turn is read off its tree (`conditions.critical`); the scalar evaluator then says on which side a value lies.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from shouwang.engine.explanation import day_of, typed_facts
from shouwang.rulebook.conditions import evaluate
from shouwang.rulebook.conditions.critical import EARLIEST, HEADS, LATEST, Unsolved, critical_points, moving_of
from shouwang.rulebook.conditions.nodes import Among, Compare, Const, FactRef, HasAny, Logic, Node, facts_of, parts_of
from shouwang.rulebook.facts import TYPE_FACTS, Fact, Kind
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import TriggerRule, program_compile

_LARGEST = 2**63 - 1
_FIXED = frozenset({"village_code"})  # a household does not move to be warned of
_SIGNED = frozenset({"verified_income", "business_income"})
_NET = ("net_income", "reference_income", "earned_income")
_GROUPS = 8  # of items of one set that are told apart
_RANK = {Kind.MONEY: 0, Kind.DATE: 1, Kind.NUMBER: 2, Kind.BOOL: 3, Kind.SET: 4, Kind.TEXT: 5}


@dataclass(frozen=True)
class Move:
    """One fact moved from `before` to `after` (fen, heads, days, codes); unknown before where `before` is None.

    `edge` tells which values beyond `after` serve as well: "least", "most", "only"; `also` further codes that do.
    """

    fact: Fact
    before: Any
    after: Any
    edge: str = ""
    also: tuple[Any, ...] = ()

    @property
    def size(self) -> int:
        """How far the fact moves, in its own unit: fen, heads, days, items."""
        if self.before is None:
            return 0
        if self.fact.kind is Kind.SET:
            return len(frozenset(self.before) ^ frozenset(self.after))
        if self.fact.kind in {Kind.BOOL, Kind.TEXT}:
            return 1
        return abs(_whole(self.after) - _whole(self.before))

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """The order in which changes are told: known facts first, money before days, counts and codes; then by size."""
        return (self.before is None, self.fact.key == HEADS, _RANK[self.fact.kind], self.size)


@dataclass(frozen=True)
class Nearest:
    """A change that turns the answer of a trigger: one move, or two where no single fact can."""

    moves: tuple[Move, ...]
    would_warn: bool

    def applied(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """This function returns the fact row with the change made."""
        return {**facts, **{move.fact.column: move.after for move in self.moves}}


def _whole(value: Any) -> int:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return day.toordinal() if isinstance(day, date) else int(day)


class _Search:
    """One trigger on one fact row."""

    def __init__(self, policy: Policy, rule: TriggerRule, facts: Mapping[str, Any]) -> None:
        self.policy, self.rule = policy, rule
        self.row = dict(facts)
        self.on = day_of(facts, policy)
        self.nodes, self.levers = _shape(policy, rule.stated.key)
        self.is_typed = any(fact.key in TYPE_FACTS for fact in facts_of(rule.result))
        self.warns = self.is_warned(self.row)

    def _typed(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        return typed_facts(self.policy, row, on=self.on) if self.is_typed else row

    def is_warned(self, row: Mapping[str, Any]) -> bool:
        """This function tells whether the trigger warns of a row, also when it does because it cannot tell."""
        result = evaluate(self.rule.result, self._typed(row), on=self.on)
        return result is True or (result is None and self.rule.stated.value.on_unknown == "warn")

    def settled(self, row: Mapping[str, Any]) -> tuple[bool, ...]:
        """This function tells for each clause whether it says what the other answer needs."""
        wanted, typed = not self.warns, self._typed(row)
        return tuple(evaluate(clause, typed, on=self.on) is wanted for clause in _clauses(self.rule.result))

    def values(self, lever: Fact, row: Mapping[str, Any]) -> Iterator[Any]:
        """This function yields the values of a fact at which the rule may turn, the nearest first."""
        before = row.get(lever.column)
        if lever.kind is Kind.BOOL:
            yield from (value for value in (True, False) if value is not before)
        elif lever.kind is Kind.TEXT:
            yield from (code for code in _codes(self.nodes, lever) if code != before)
        elif lever.kind is Kind.SET:
            yield from _sets(self.nodes, lever, frozenset(before or ()))
        else:
            yield from self._numbers(lever, row, before)

    def _numbers(self, lever: Fact, row: Mapping[str, Any], before: Any) -> Iterator[Any]:
        is_day = lever.kind is Kind.DATE
        least, most = (EARLIEST.toordinal(), LATEST.toordinal()) if is_day else _bounds(lever, before)
        found: set[int] = set()
        for node in self.nodes:
            found |= critical_points(node, lever, row, on=self.on)
        if before is None:
            found |= {self.on.toordinal() if is_day else max(0, least)}
        at = 0 if before is None else _whole(before)
        for value in sorted(found, key=lambda value: (abs(value - at), -value)):
            if least <= value <= most and (before is None or value != at):
                yield date.fromordinal(value) if is_day else value

    def moves(self, lever: Fact, row: Mapping[str, Any]) -> Iterator[Move]:
        """This function yields the nearest move of one fact that turns the answer, if there is one."""
        before, found = row.get(lever.column), None
        for value in self.values(lever, row):
            if self.is_warned({**row, lever.column: value}) is self.warns:
                continue
            if found is None:
                found = Move(lever, before, value, self._edge(lever, row, value) if before is None else "")
                if lever.kind is not Kind.TEXT:
                    break
            else:
                found = Move(lever, before, found.after, found.edge, (*found.also, value))
        if found is not None:
            yield found

    def _edge(self, lever: Fact, row: Mapping[str, Any], value: Any) -> str:
        """This function tells which values beside the one of an unknown fact turn the answer as well."""
        if lever.kind not in {Kind.MONEY, Kind.NUMBER, Kind.DATE}:
            return ""
        beside = (_whole(value) - 1, _whole(value) + 1)
        rows = ({**row, lever.column: date.fromordinal(n) if lever.kind is Kind.DATE else n} for n in beside)
        less, more = (self.is_warned(other) is not self.warns for other in rows)
        return "" if less and more else "most" if less else "least" if more else "only"

    def singles(self, row: Mapping[str, Any], levers: Sequence[Fact]) -> Iterator[Move]:
        """This function yields for each fact its nearest move; a fact that is not solved for is left out."""
        for lever in levers:
            try:
                yield from self.moves(lever, row)
            except Unsolved:
                continue

    def pairs(self) -> Iterator[tuple[Move, Move]]:
        """This function yields pairs of moves that turn the answer together; the first alone settles some clause."""
        before = self.settled(self.row)
        for number, lever in enumerate(self.levers):
            rest, seen = self.levers[number + 1 :], set()
            try:
                for value in self.values(lever, self.row):
                    row = {**self.row, lever.column: value}
                    after = self.settled(row)
                    better = tuple(now and not then for now, then in zip(after, before, strict=True))
                    if not any(better) or better in seen:
                        continue
                    seen.add(better)
                    for other in self.singles(row, rest):
                        yield Move(lever, self.row.get(lever.column), value), other
            except Unsolved:
                continue


def _clauses(node: Node) -> tuple[Node, ...]:
    """This function returns the conditions that all-of and any-of join, wherever they stand."""
    if isinstance(node, Logic):
        return tuple(itertools.chain.from_iterable(_clauses(part) for part in node.parts))
    return (node,)


@lru_cache(maxsize=256)
def _shape(policy: Policy, trigger_key: str) -> tuple[tuple[Node, ...], tuple[Fact, ...]]:
    """This function returns the conditions a trigger's answer rests on, and the facts that can be moved."""
    program = program_compile(policy)
    rule = program.trigger(trigger_key)
    nodes = [rule.result] if rule else []
    if any(fact.key in TYPE_FACTS for node in nodes for fact in facts_of(node)):
        nodes += [type_.when for type_ in program.types]
    found = (moved for node in nodes for fact in facts_of(node) for moved in moving_of(fact))
    levers = dict.fromkeys(fact for fact in found if fact.key not in _FIXED | TYPE_FACTS)
    return tuple(nodes), tuple(levers)


def _bounds(fact: Fact, before: Any) -> tuple[int, int]:
    """This function returns the values a fact can have: incomes that costs are taken from may lie below zero.

    A count of what is not known can only shrink: nobody is told to know less.
    """
    if fact.key == HEADS:
        return 1, _LARGEST
    if "unknown" in fact.key:
        return 0, int(before or 0)
    is_signed = fact.kind is Kind.MONEY and (
        fact.key in _SIGNED or (fact.step == "incomes" and fact.key.endswith(_NET))
    )
    return -_LARGEST if is_signed else 0, _LARGEST


def _codes(nodes: Sequence[Node], lever: Fact) -> tuple[str, ...]:
    """This function returns the codes of a fact: those declared, or those the conditions name."""
    if lever.values:
        return lever.values
    named: dict[str, None] = {}
    for part in itertools.chain.from_iterable(parts_of(node) for node in nodes):
        if isinstance(part, Among) and part.value == FactRef(Kind.TEXT, lever):
            named.update(dict.fromkeys(part.items))
        elif isinstance(part, Compare):
            for one, other in ((part.left, part.right), (part.right, part.left)):
                if one == FactRef(Kind.TEXT, lever) and isinstance(other, Const):
                    named[str(other.value)] = None
    return tuple(named)


def _sets(nodes: Sequence[Node], lever: Fact, before: frozenset[str]) -> list[tuple[str, ...]]:
    """This function returns other values of a set, those with fewest items added or taken away first.

    Items that stand in the same lists serve alike: one of them is added, all of them are taken away.
    """
    lists = [
        part.items
        for part in itertools.chain.from_iterable(parts_of(node) for node in nodes)
        if isinstance(part, HasAny) and part.value == FactRef(Kind.SET, lever)
    ]
    groups: dict[tuple[bool, ...], list[str]] = {}
    for item in dict.fromkeys(itertools.chain.from_iterable(lists)):
        groups.setdefault(tuple(item in found for found in lists), []).append(item)
    alike = list(groups.values())[:_GROUPS]
    found: list[frozenset[str]] = []
    for wanted in itertools.product((True, False), repeat=len(alike)):
        value = before
        for items, is_in in zip(alike, wanted, strict=True):
            if not is_in:
                value -= frozenset(items)
            elif value.isdisjoint(items):
                value |= {items[0]}
        found.append(value)
    ordered = sorted((value for value in dict.fromkeys(found) if value != before), key=lambda v: len(v ^ before))
    return [tuple(sorted(value)) for value in ordered]


def nearest_changes(policy: Policy, trigger_key: str, facts: Mapping[str, Any]) -> tuple[Nearest, ...]:
    """This function returns what would have turned a trigger's answer on a fact row (by column), the nearest first.

    One change a fact; where no single fact can, the pairs of two facts that do. Empty: none was found.
    """
    rule = program_compile(policy).trigger(trigger_key)
    if rule is None:
        return ()
    search = _Search(policy, rule, facts)
    singles = sorted(search.singles(search.row, search.levers), key=lambda move: move.rank)
    if singles:
        return tuple(Nearest((move,), not search.warns) for move in singles)
    pairs = sorted(search.pairs(), key=lambda pair: (pair[0].rank[:3], pair[1].rank[:3], pair[0].size + pair[1].size))
    return tuple(Nearest(pair, not search.warns) for pair in pairs[:1])
