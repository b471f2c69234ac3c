"""What can still be true of a household while only some facts are known: bounds of a condition, in three-valued logic.

A bound is a SQL condition over the known facts that holds wherever the whole condition may be true (or open: true or
unknown). It may hold too often, never too rarely, so that a household it drops is one the rules would clear.
None is the bound that always holds.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from shouwang.rulebook.conditions.emit import Emitter
from shouwang.rulebook.conditions.nodes import Among, FactRef, IsTrue, Logic, Node, facts_of
from shouwang.rulebook.program import Program

Bound = exp.Expr | None


def _any(bounds: list[Bound]) -> Bound:
    """This function returns where one of several bounds holds."""
    stated = [bound for bound in bounds if bound is not None]
    return exp.or_(*stated) if len(stated) == len(bounds) and stated else None


def _every(bounds: list[Bound]) -> Bound:
    """This function returns where all bounds hold."""
    stated = [bound for bound in bounds if bound is not None]
    return exp.and_(*stated) if stated else None


class Possible:
    """Bounds of conditions while only the facts in `known` (keys) are there."""

    def __init__(self, program: Program, emitter: Emitter, known: Collection[str]) -> None:
        self.program = program
        self.emitter = emitter
        self.known = frozenset(known)

    def _is_known(self, node: Node) -> bool:
        return all(fact.key in self.known for fact in facts_of(node))

    def _settled(self, node: Node, otherwise: bool) -> exp.Expr:
        return exp.Coalesce(this=self.emitter.sql(node), expressions=[exp.Boolean(this=otherwise)])

    def true(self, node: Node) -> Bound:
        """This function returns where a condition may be true."""
        if self._is_known(node):
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
        if self._is_known(node):
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
            return exp.Is(this=exp.paren(self.emitter.sql(node)), expression=exp.Null())
        return self.open(node)

    def concerned(self) -> Bound:
        """This function returns the households that some trigger may warn of or not be able to decide."""
        bounds = [self.open(rule.result) for rule in self.program.triggers]
        return _any(bounds) if bounds else exp.false()
