"""Conditions of branches: read against the declared facts of a case, each once, refused with the place of the fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from shouwang.rulebook.case_facts import CASE_FACTS
from shouwang.rulebook.conditions.nodes import FactRef, HasAny, Node
from shouwang.rulebook.conditions.parse import Scope, condition_parse
from shouwang.rulebook.errors import ConditionError, PackError
from shouwang.rulebook.values import Provision
from shouwang.rulebook.workflow_procedure import Procedure

if TYPE_CHECKING:
    from shouwang.rulebook.policy import Policy


def branches_read(procedures: Iterable[Provision[Procedure]], policy: Policy) -> dict[str, Node]:
    """This function returns the conditions of all branches by their text; raises PackError."""
    scope, found = Scope(facts=CASE_FACTS, policy=policy), {}
    for stated in procedures:
        for place, text in _texts(stated.value):
            try:
                found[text] = condition_parse(text, scope)
            except ConditionError as error:
                raise _fault(stated, place, error.sentence) from None
            for code in _strangers(found[text]):
                raise _fault(stated, place, f"没有“{code}”这个代码，这个条件永远不会成立")
    return found


def _fault(stated: Provision[Procedure], place: str, sentence: str) -> PackError:
    return PackError(f"{place}：{sentence}", file=stated.file, key=stated.key)


def _texts(procedure: Procedure) -> Iterator[tuple[str, str]]:
    for key, stage in procedure.stages.items():
        for move_key, move in stage.moves.items():
            for number, branch in enumerate(move.branches):
                yield f"stages.{key}.moves.{move_key}.branches.{number}.when", branch.when


def _strangers(node: Any) -> Iterator[str]:
    """This function yields the codes asked of a coded set that it cannot hold."""
    if isinstance(node, HasAny) and isinstance(node.value, FactRef) and node.value.fact.values:
        yield from (code for code in node.items if code not in node.value.fact.values)
    if isinstance(node, Node) and is_dataclass(node):
        for part in fields(node):
            held = getattr(node, part.name)
            for inner in held if isinstance(held, tuple) else (held,):
                if isinstance(inner, Node):
                    yield from _strangers(inner)
