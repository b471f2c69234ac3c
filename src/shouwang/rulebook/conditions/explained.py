"""A condition on one fact row, part by part: what each says, the values compared, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shouwang.rulebook.conditions.evaluate import evaluate, fact_value
from shouwang.rulebook.conditions.nodes import (
    Compare,
    Const,
    DayShift,
    FactRef,
    HasAny,
    IsUnknown,
    Logic,
    Node,
    Not,
    facts_of,
)
from shouwang.rulebook.conditions.render import node_text, set_text, value_text
from shouwang.rulebook.facts import Kind

RESULTS = {True: "成立", False: "不成立", None: "尚难判断"}


@dataclass(frozen=True)
class Explanation:
    """One condition with its result and the conditions it is made of; `shown` gives the values compared."""

    text: str
    result: bool | None
    shown: str = ""
    parts: tuple[Explanation, ...] = ()
    measured: str = ""
    threshold: str = ""
    clause: str = ""
    source: str = ""
    type_key: str | None = None
    facts: dict[str, str] = field(default_factory=dict)
    nearest: tuple[str, ...] = ()  # changes that would turn the answer, in words

    @property
    def sentence(self) -> str:
        """The condition, its values and its result in one line."""
        shown = f"（{self.shown}）" if self.shown else ""
        return f"{self.text}{shown}：{RESULTS[self.result]}"

    def lines(self, depth: int = 0) -> Iterator[str]:
        """This function yields the explanation as indented lines."""
        yield "　" * depth + self.sentence
        for part in self.parts:
            yield from part.lines(depth + 1)
        for sentence in self.nearest:
            yield "　" * (depth + 1) + sentence

    def to_dict(self) -> dict[str, Any]:
        """This function returns the explanation as plain data."""
        return {
            "text": self.text, "result": self.result, "shown": self.shown, "measured": self.measured,
            "threshold": self.threshold, "clause": self.clause, "source": self.source, "type_key": self.type_key,
            "facts": dict(self.facts), "parts": [part.to_dict() for part in self.parts],
            "nearest": list(self.nearest),
        }  # fmt: skip


def side_text(node: Node, facts: Mapping[str, Any], on: date) -> str:
    """This function returns the value of one side of a comparison in words."""
    return value_text(node.kind, evaluate(node, facts, on=on))


def _shown(node: Node, facts: Mapping[str, Any], on: date) -> str:
    if isinstance(node, Compare):
        if node.left.kind in {Kind.MONEY, Kind.PER_HEAD, Kind.NUMBER, Kind.DATE}:
            return f"{side_text(node.left, facts, on)} 与 {side_text(node.right, facts, on)}"
        return side_text(node.left if not isinstance(node.left, Const | DayShift) else node.right, facts, on)
    if isinstance(node, Not):
        return _shown(node.value, facts, on)
    if isinstance(node, HasAny) and isinstance(node.value, FactRef):
        return set_text(node.value.fact, evaluate(node.value, facts, on=on))
    value = getattr(node, "value", None)
    if isinstance(node, IsUnknown) or (isinstance(value, Node) and value.kind is not Kind.BOOL):
        return side_text(value, facts, on) if isinstance(value, Node) else ""
    return ""


def node_explain(node: Node, facts: Mapping[str, Any], *, on: date) -> Explanation:
    """This function explains one condition on one fact row, given by column."""
    result = evaluate(node, facts, on=on)
    if isinstance(node, Logic):
        text = "以下各项都要成立" if node.op == "and" else "以下任一项成立"
        return Explanation(text, result, parts=tuple(node_explain(part, facts, on=on) for part in node.parts))
    return Explanation(node_text(node), result, _shown(node, facts, on))


def unknown_facts(node: Node, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """This function returns, in words, the facts of a condition that are not known, each with what that means."""
    return tuple(
        f"{fact.name}（{fact.unknown}）" for fact in facts_of(node) if fact_value(fact, facts) is None
    )  # fmt: skip
