"""Why a household warns, or does not: one rule on one fact row, condition by condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shouwang.engine.errors import RuleFailure
from shouwang.rulebook.conditions.evaluate import evaluate
from shouwang.rulebook.conditions.nodes import Compare, Const, DayShift, IsUnknown, Logic, Node, Not
from shouwang.rulebook.conditions.render import node_text, value_text
from shouwang.rulebook.facts import Kind
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import Program, TriggerRule, program_compile

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


def _side(node: Node, facts: Mapping[str, Any], on: date) -> str:
    return value_text(node.kind, evaluate(node, facts, on=on))


def _shown(node: Node, facts: Mapping[str, Any], on: date) -> str:
    if isinstance(node, Compare):
        if node.left.kind in {Kind.MONEY, Kind.PER_HEAD, Kind.NUMBER, Kind.DATE}:
            return f"{_side(node.left, facts, on)} 与 {_side(node.right, facts, on)}"
        return _side(node.left if not isinstance(node.left, Const | DayShift) else node.right, facts, on)
    if isinstance(node, Not):
        return _shown(node.value, facts, on)
    value = getattr(node, "value", None)
    if isinstance(node, IsUnknown) or (isinstance(value, Node) and value.kind is not Kind.BOOL):
        return _side(value, facts, on) if isinstance(value, Node) else ""
    return ""


def node_explain(node: Node, facts: Mapping[str, Any], *, on: date) -> Explanation:
    """This function explains one condition on one fact row, given by column."""
    result = evaluate(node, facts, on=on)
    if isinstance(node, Logic):
        text = "以下各项都要成立" if node.op == "and" else "以下任一项成立"
        return Explanation(text, result, parts=tuple(node_explain(part, facts, on=on) for part in node.parts))
    return Explanation(node_text(node), result, _shown(node, facts, on))


def household_type(program: Program, facts: Mapping[str, Any], *, on: date) -> tuple[str | None, bool]:
    """This function returns a household's type, and whether an earlier type could not be decided."""
    is_unknown = False
    for rule in program.types:
        result = evaluate(rule.when, facts, on=on)
        if result:
            return rule.stated.key, is_unknown
        is_unknown = is_unknown or result is None
    return None, is_unknown


def typed_facts(policy: Policy, facts: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """This function returns a fact row with its household type worked out by the scalar evaluator."""
    key, is_unknown = household_type(program_compile(policy), facts, on=on)
    return {**facts, "household_type": key, "is_type_unknown": is_unknown}


def _member_part(rule: TriggerRule, policy: Policy, facts: Mapping[str, Any], on: date) -> Explanation | None:
    if rule.member is None:
        return None
    key = facts.get("household_type")
    own = policy.types.get(str(key))
    name = own.name if own else "不属于任何类型"
    wanted = "、".join(policy.types[type_].name for type_ in rule.stated.value.types)
    return Explanation(f"监测对象类型属于{wanted}", evaluate(rule.member, facts, on=on), name)


def _parts(rule: TriggerRule, policy: Policy, facts: Mapping[str, Any], on: date) -> tuple[Explanation, ...]:
    parts = [_member_part(rule, policy, facts, on)]
    if rule.rested is not None:
        months = rule.stated.value.rest_months
        shown = value_text(Kind.NUMBER, facts.get("rested_income_months"))
        parts.append(Explanation(f"距上次处理收入预警满 {months} 个月", evaluate(rule.rested, facts, on=on), shown))
    parts.append(node_explain(rule.when, facts, on=on))
    if rule.undecided is not None and evaluate(rule.when, facts, on=on) is not True:
        open_ = node_explain(rule.undecided, facts, on=on)
        parts.append(Explanation(f"是否尚难判断：{open_.text}", open_.result, open_.shown, open_.parts))
    return tuple(part for part in parts if part is not None)


def explain(policy: Policy, trigger_key: str, facts: Mapping[str, Any]) -> Explanation:
    """This function explains one trigger on one fact row (by column, as a warning's `facts` holds it).

    The household's type is worked out again from the facts; a day in the row (`on`) is used instead of the policy's.
    """
    rule = program_compile(policy).trigger(trigger_key)
    if rule is None:
        raise RuleFailure(f"政策里没有名为“{trigger_key}”的启动标准。")
    on = day_of(facts, policy)
    row = typed_facts(policy, facts, on=on)
    stated = rule.stated
    return Explanation(
        text=stated.name,
        result=evaluate(rule.result, row, on=on),
        parts=_parts(rule, policy, row, on),
        measured=_side(rule.measured, row, on),
        threshold=_side(rule.threshold, row, on),
        clause=stated.source.clause,
        source=stated.source.document + (f"【{stated.mark_text}】" if stated.mark else ""),
        type_key=row["household_type"],
        facts={node_text(rule.measured): _side(rule.measured, row, on)},
    )


def day_of(facts: Mapping[str, Any], policy: Policy) -> date:
    given = facts.get("on")
    return given if isinstance(given, date) else date.fromisoformat(given) if isinstance(given, str) else policy.on


def explain_type(policy: Policy, type_key: str, facts: Mapping[str, Any]) -> Explanation:
    """This function explains one household type on one fact row."""
    rule = next((rule for rule in program_compile(policy).types if rule.stated.key == type_key), None)
    if rule is None:
        raise RuleFailure(f"政策里没有名为“{type_key}”的类型。")
    found = node_explain(rule.when, facts, on=day_of(facts, policy))
    return Explanation(
        text=rule.stated.name, result=found.result, parts=(found,), clause=rule.stated.source.clause,
        source=rule.stated.source.document, type_key=type_key,
    )  # fmt: skip
