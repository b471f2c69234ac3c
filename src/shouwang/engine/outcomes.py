"""What becomes of one household under a policy: told by an engine's tables, or worked out by the scalar evaluator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import pyarrow as pa

from shouwang.engine.explanation import typed_facts
from shouwang.engine.judgements import household_judge, households_judge, identified_as, picked, removal_open
from shouwang.engine.result import ScreenResult
from shouwang.rulebook.cases import Case, fen
from shouwang.rulebook.conditions import evaluate
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import program_compile
from shouwang.rulebook.triggers import LARGEST

TYPED = ("household_type", "is_type_unknown")
_NAMES = {
    "type_key": "类型",
    "is_type_unknown": "类型尚难判断",
    "results": "启动标准",
    "warns": "预警",
    "causes": "原因",
    "flags": "核看情形",
    "is_held": "扣住",
    "judged": "识别、消除、排查、措施",
}


@dataclass(frozen=True)
class Outcome:
    """One household's outcome. `results`: each trigger's result; `judged`: each judgement's, in program order."""

    type_key: str | None
    is_type_unknown: bool
    results: Mapping[str, bool | None]
    warns: tuple[str, ...]
    causes: tuple[str, ...]
    flags: tuple[str, ...]
    is_held: bool
    judged: tuple[bool | None, ...]


def scalar_outcome(policy: Policy, facts: Mapping[str, Any]) -> Outcome:
    """This function works out the outcome of one fact row (by column) with the scalar evaluator."""
    program, on = program_compile(policy), policy.on
    row = typed_facts(policy, {name: value for name, value in facts.items() if name not in TYPED}, on=on)
    results = {rule.stated.key: evaluate(rule.result, row, on=on) for rule in program.triggers}
    hits = [
        rule.stated for rule in program.triggers
        if results[rule.stated.key] or (results[rule.stated.key] is None and rule.stated.value.on_unknown == "warn")
    ]  # fmt: skip
    largest = row.get("rigid_cause") or "OTHER"
    flags = [rule.stated for rule in program.flags if hits and evaluate(rule.when, row, on=on) is True]
    return Outcome(
        type_key=row["household_type"],
        is_type_unknown=row["is_type_unknown"],
        results=results,
        warns=tuple(sorted(stated.key for stated in hits)),
        causes=tuple(sorted({largest if hit.value.cause == LARGEST else hit.value.cause for hit in hits})),
        flags=tuple(sorted(stated.key for stated in flags)),
        is_held=any(stated.value.action == "hold" for stated in flags),
        judged=tuple(household_judge(policy, row, on=on)),
    )


def screened_outcomes(policy: Policy, result: ScreenResult, facts: pa.Table | None = None) -> dict[int, Outcome]:
    """This function reads the outcomes of all households from a screening with its trigger outcomes.

    `facts` are those of the screening with what the requirements of an exit read beside them; without it all that is
    unknown.
    """
    program = program_compile(policy)
    judged = households_judge(policy, result.facts if facts is None else facts)
    open_ = {row["household_key"]: row for row in result.outcomes.to_pylist()} if result.outcomes is not None else {}
    warnings: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in result.warnings.to_pylist():
        warnings[row["household_key"]].append(row)
    found = {}
    for row in result.facts.select(["household_key", *TYPED]).to_pylist():
        key = row["household_key"]
        warned = warnings[key]
        found[key] = Outcome(
            type_key=row["household_type"],
            is_type_unknown=row["is_type_unknown"],
            results={rule.stated.key: open_[key][rule.stated.key] if key in open_ else False
                     for rule in program.triggers},
            warns=tuple(sorted({name for warning in warned for name in warning["trigger_keys"]})),
            causes=tuple(sorted(warning["cause"] for warning in warned)),
            flags=tuple(sorted({flag["key"] for warning in warned for flag in warning["flags"]})),
            is_held=any(warning["is_held"] for warning in warned),
            judged=tuple(judged[key]),
        )  # fmt: skip
    return found


def outcome_differences(one: Outcome, other: Outcome, *, name: str) -> Iterator[str]:
    """This function yields where the scalar evaluator (`one`) and an engine (`other`, by name) differ."""
    for part in fields(Outcome):
        left, right = getattr(one, part.name), getattr(other, part.name)
        if left != right:
            yield f"{_NAMES[part.name]}：逐户计算得 {left}，{name} 得 {right}"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple | list) else value


def _expected(case: Case, outcome: Outcome, policy: Policy, facts: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    expect, judged = case.expect, list(outcome.judged)
    yield "warns", sorted(expect.warns), list(outcome.warns)
    if "type" in expect.model_fields_set:
        yield "type", expect.type, outcome.type_key
    undecided = sorted(key for key, result in outcome.results.items() if result is None)
    parts: dict[str, list[str]] = {
        "undecided": undecided, "causes": list(outcome.causes), "flags": list(outcome.flags),
        "identified": sorted(identified_as(policy, judged)),
        "sweeps": sorted(picked(policy, judged, "sweeps")), "measures": sorted(picked(policy, judged, "measures")),
    }  # fmt: skip
    open_ = removal_open(policy, judged, watch_type=facts.get("watch_type"), way=expect.way)
    parts["removal"] = sorted(key for key, result in open_ if result is False)
    parts["removal_unknown"] = sorted(key for key, result in open_ if result is None)
    for name, got in parts.items():
        wanted = getattr(expect, name)
        if wanted is not None:
            yield name, sorted(wanted), got
    if expect.is_held is not None:
        yield "is_held", expect.is_held, outcome.is_held


def outcome_misses(policy: Policy, case: Case, outcome: Outcome, facts: Mapping[str, Any]) -> Iterator[str]:
    """This function yields what came out otherwise than the case expects."""
    found = list(_expected(case, outcome, policy, facts))
    for name, value in case.expect.facts.items():
        wanted = fen(value) if name.endswith("_fen") and value is not None else _plain(value)
        found.append((name, wanted, _plain(facts.get(name))))
    for name, wanted, got in found:
        if wanted != got:
            yield f"{name}：应为 {wanted}，得到 {got}"
