"""What a stored warning says beside what comes out today: every difference by its name, the deepest cause first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shouwang.engine.explanation import day_of, typed_facts
from shouwang.engine.warnings import parameters_json
from shouwang.rulebook.conditions import evaluate
from shouwang.rulebook.conditions.render import value_text
from shouwang.rulebook.facts import COLUMNS, Kind
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import program_compile

_KEYS = frozenset({"household_key", "person_key"})  # mean nothing outside their snapshot
_TABLES = {"spending": "支出事件", "income": "收入（年月）", "status": "状态", "household": "户"}


@dataclass(frozen=True)
class Difference:
    """One thing that came out otherwise. `what`: policy, file, fact, measured, threshold, evidence or result."""

    what: str
    name: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """The difference in words."""
        return f"{self.name}：当时是 {self.before}，现在是 {self.after}"


def _fact_text(column: str, value: Any) -> str:
    kind = COLUMNS[column].kind if column in COLUMNS else None
    if kind is None or value is None:
        return "未知" if value is None else str(value)
    if kind in {Kind.MONEY, Kind.PER_HEAD}:
        return value_text(Kind.MONEY, int(value))
    return value_text(kind, int(value) if kind is Kind.NUMBER else value)


def facts_differ(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """This function yields the facts of a household that differ between two fact rows, by column."""
    for column in (*COLUMNS, *(name for name in before if name not in COLUMNS and name not in _KEYS)):
        if column in {**before, **after} and before.get(column) != after.get(column):
            name = COLUMNS[column].name if column in COLUMNS else column
            yield Difference("fact", f"事实“{name}”", _fact_text(column, before.get(column)),
                             _fact_text(column, after.get(column)))  # fmt: skip


def parameters_differ(policy: Policy, trigger_key: str, before: Iterable[Mapping[str, Any]]) -> Iterator[Difference]:
    """This function yields the lines and amounts of a trigger that a policy states otherwise than a warning kept."""
    rule = program_compile(policy).trigger(trigger_key)
    if rule is None:
        yield Difference("policy", f"启动标准“{trigger_key}”", "在政策里", "不在政策里")
        return
    now = {stated["key"]: stated for stated in json.loads(parameters_json(rule))}
    for kept in before:
        name, stated = f"标准“{kept['name']}”", now.get(kept["key"])
        if stated is None:
            yield Difference("threshold", name, str(kept["value"]), "不在政策里")
            continue
        for part in ("value", "unit", "document", "clause"):
            if kept.get(part) != stated[part]:
                yield Difference("threshold", name, str(kept.get(part)), str(stated[part]))


def amounts_of(policy: Policy, trigger_key: str, facts: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """This function returns what a trigger measures on a fact row and its threshold, whole and rounded down."""
    rule = program_compile(policy).trigger(trigger_key)
    if rule is None:
        return None, None
    on = day_of(facts, policy)
    row = typed_facts(policy, facts, on=on)
    exact = (evaluate(node, row, on=on) for node in (rule.measured, rule.threshold))
    measured, threshold = (None if value is None else value.numerator // value.denominator for value in exact)
    return measured, threshold


def amounts_differ(before: tuple[int | None, int | None], after: tuple[int | None, int | None]) -> Iterator[Difference]:
    """This function yields where measured value or threshold (whole units) differ."""
    for what, name, one, other in zip(("measured", "threshold"), ("实际数", "标准数"), before, after, strict=True):
        if one != other:
            yield Difference(what, name, str(one), str(other))


def evidence_differs(before: Iterable[tuple[str, int]], after: Iterable[tuple[str, int]]) -> Iterator[Difference]:
    """This function yields the evidence rows (table, row) that only one of two warnings rests on."""
    old, new = set(before), set(after)
    for table, row in sorted(old ^ new):
        was = (table, row) in old
        name = f"证据：{_TABLES.get(table, table)} {row}"
        yield Difference("evidence", name, "在" if was else "不在", "不在" if was else "在")
