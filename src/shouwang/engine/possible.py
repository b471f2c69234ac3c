"""What can still be true of a household while only some facts are known: bounds of a condition, in three-valued logic.

A bound is a SQL condition over the known facts that holds wherever the whole condition may be true (or open: true or
unknown). It may hold too often, never too rarely, so that a household it drops is one the rules would clear.
None is the bound that always holds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

from sqlglot import exp

from shouwang.rulebook.conditions.emit import Emitter
from shouwang.rulebook.conditions.nodes import (
    Among,
    Compare,
    Const,
    FactRef,
    HasAny,
    IsTrue,
    IsUnknown,
    Logic,
    Node,
    Not,
    facts_of,
)
from shouwang.rulebook.facts import Kind
from shouwang.rulebook.program import Program

Bound = exp.Expr | None


def _any(bounds: list[Bound]) -> Bound:
    """This function returns where one of several bounds holds."""
    stated = [bound for bound in bounds if bound is not None]
    return exp.or_(*stated, copy=False) if len(stated) == len(bounds) and stated else None


def _every(bounds: list[Bound]) -> Bound:
    """This function returns where all bounds hold."""
    stated = [bound for bound in bounds if bound is not None]
    return exp.and_(*stated, copy=False) if stated else None


_LOOSEST = {">": min, ">=": min, "<": max, "<=": max}


def _loosened(node: Compare) -> Compare | None:
    """This function returns a comparison that holds wherever one with an area's own amounts does, None without them."""
    loosest, amount = _LOOSEST.get(node.op), node.right
    if loosest is None or not isinstance(amount, Const) or not amount.areas or not isinstance(node.left, FactRef):
        return None
    values = [Fraction(str(amount.value)), *(value for _, _, value in amount.areas)]
    return replace(node, right=replace(amount, value=loosest(values), areas=()))


class Possible:
    """Bounds of conditions while only the facts in `known` (keys) are there; those in `certain` are never NULL."""

    def __init__(
        self, program: Program, emitter: Emitter, known: Collection[str], *, certain: Collection[str] = ()
    ) -> None:
        self.program = program
        self.emitter = emitter
        self.known = frozenset(known)
        self.certain = frozenset(certain)

    def _is_known(self, node: Node) -> bool:
        return all(fact.key in self.known for fact in facts_of(node))

    def _is_certain(self, node: Node) -> bool:
        """This function tells whether a condition comes out true or false for every household, never NULL."""
        match node:
            case FactRef(kind=kind, fact=fact):
                return kind is not Kind.PER_HEAD and fact.key in self.certain
            case Compare(left=left, right=right):
                return self._is_certain(left) and self._is_certain(right)
            case Among(value=value) | HasAny(value=value) | Not(value=value):
                return self._is_certain(value)
        return isinstance(node, Const | IsUnknown | IsTrue)

    def _settled(self, node: Node, otherwise: bool) -> exp.Expr:
        """This function returns where a condition holds as a filter decides fast: bare, what is cheap to ask first."""
        if self._is_certain(node):
            looser = _loosened(node) if isinstance(node, Compare) else None
            bare = self.emitter.sql(node)
            return (
                bare if looser is None else exp.paren(exp.and_(self.emitter.sql(looser), bare, copy=False), copy=False)
            )
        return exp.Coalesce(this=self.emitter.sql(node), expressions=[exp.Boolean(this=otherwise)])

    def true(self, node: Node) -> Bound:
        """This function returns where a condition may be true."""
        if self._is_known(node) and not isinstance(node, Logic):
            return self._settled(node, otherwise=False)
        match node:
            case Logic(op="and", parts=parts):
                return _every([self.true(part) for part in parts])
            case Logic(op="or", parts=parts):
                return _any([self.true(part) for part in parts])
            case IsTrue(value=value, wanted=True):
                return self.true(value)
            case Among(value=FactRef(fact=fact), items=items) if fact.key == "household_type":
                return _any([self.true(rule.when) for rule in self.program.types if rule.stated.key in items])
        return None

    def open(self, node: Node) -> Bound:
        """This function returns where a condition may be true or unknown."""
        if self._is_known(node) and not isinstance(node, Logic):
            return self._settled(node, otherwise=True)
        match node:
            case Logic(op="and", parts=parts):
                return _every([self.open(part) for part in parts])
            case Logic(op="or", parts=parts):
                return _any([self.open(part) for part in parts])
            case IsTrue(value=value, wanted=True):
                return self.true(value)
            case FactRef(fact=fact) if fact.key == "is_type_unknown":
                return _any([self._unknown(rule.when) for rule in self.program.types])
        return None

    def _unknown(self, node: Node) -> Bound:
        if self._is_known(node):
            return exp.Is(this=exp.paren(self.emitter.sql(node), copy=False), expression=exp.Null())
        return self.open(node)

    def concerned(self) -> Bound:
        """This function returns the households that some trigger may warn of or not be able to decide."""
        bounds = [self.open(rule.result) for rule in self.program.triggers]
        return _any(bounds) if bounds else exp.false()
