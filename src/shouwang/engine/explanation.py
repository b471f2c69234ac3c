"""Why a household warns, or does not: one rule on one fact row, condition by condition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shouwang.engine.errors import RuleFailure
from shouwang.rulebook.conditions.evaluate import evaluate
from shouwang.rulebook.conditions.explained import RESULTS, Explanation, node_explain, side_text
from shouwang.rulebook.conditions.render import node_text, value_text
from shouwang.rulebook.facts import Kind
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import Program, TriggerRule, program_compile

__all__ = ["RESULTS", "Explanation", "explain", "explain_type", "node_explain", "typed_facts"]


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
        measured=side_text(rule.measured, row, on),
        threshold=side_text(rule.threshold, row, on),
        clause=stated.source.clause,
        source=stated.source.document + (f"【{stated.mark_text}】" if stated.mark else ""),
        type_key=row["household_type"],
        facts={node_text(rule.measured): side_text(rule.measured, row, on)},
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
