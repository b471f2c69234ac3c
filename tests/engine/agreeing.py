"""What evaluators must agree on, said once: for two of them in every test run, for three where Spark is."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from shouwang.engine import ScreenResult, screen
from shouwang.engine.areas import AreaFinding, areas_screen
from shouwang.engine.casebook import Rows, snapshot_of, table_of
from shouwang.engine.explanation import typed_facts
from shouwang.engine.outcomes import outcome_differences, scalar_outcome, screened_outcomes
from shouwang.rulebook import Policy
from shouwang.rulebook.area_facts import COUNTED, TOLD
from shouwang.rulebook.conditions import evaluate
from shouwang.rulebook.program import program_compile

DIGITS = {"village": 1, "township": 1_000, "county": 1_000_000}
TOLD_OF = [{"level": "village", "code": 130529103201, "is_exited": True, "has_weak_branch": False},
           {"level": "county", "code": 130529, "has_heavy_tasks": True}]  # fmt: skip


def told_table() -> pa.Table:
    """What is told about some of the areas."""
    schema = pa.schema([("level", pa.string()), ("code", pa.int64()), *((name, pa.bool_()) for name in TOLD)])
    return pa.Table.from_pylist(TOLD_OF, schema=schema)


def households_agree(
    policy: Policy, rows: Rows, handled: list[dict[str, Any]], *, engine: Callable[..., ScreenResult] = screen
) -> ScreenResult:
    """The engine and the scalar evaluator say the same of every household, and show the same numbers."""
    with tempfile.TemporaryDirectory() as name:
        snapshot_of(rows, Path(name))
        result = engine(Path(name), policy, on=policy.on, handled=table_of("handled", handled), with_outcomes=True)
    outcomes, facts = screened_outcomes(policy, result), {row["household_key"]: row for row in result.facts.to_pylist()}
    assert sorted(facts) == [row["household_key"] for row in rows["household"]]
    for key, row in facts.items():
        assert list(outcome_differences(scalar_outcome(policy, row), outcomes[key], name="the engine")) == []
    for warning in result.warnings.to_pylist():
        rule = program_compile(policy).trigger(warning["trigger_key"])
        assert rule is not None
        row = typed_facts(policy, facts[warning["household_key"]], on=policy.on)
        for node, shown in ((rule.measured, warning["measured"]), (rule.threshold, warning["threshold"])):
            exact = evaluate(node, row, on=policy.on)
            assert shown == (None if exact is None else exact.numerator // exact.denominator)
    return result


def _area_rows(rows: Rows, facts: list[dict[str, Any]]) -> dict[tuple[str, int], dict[str, Any]]:
    """The facts of every area, added up in plain Python."""
    areas: dict[tuple[str, int], dict[str, Any]] = defaultdict(lambda: {**dict.fromkeys(COUNTED, 0)})
    for row in facts:
        of = {"": True, "poor_": row["poverty_status"] == "POOR", "exited_": row["poverty_status"] == "EXITED",
              "watched_": row["is_watched"]}  # fmt: skip
        for level, digits in DIGITS.items():
            area = areas[level, row["village_code"] // digits]
            for prefix, counts in of.items():
                area[f"{prefix}household_count"] += bool(counts)
                area[f"{prefix}count" if prefix else "population"] += row["member_count"] if counts else 0
    for told in TOLD_OF:
        if (told["level"], told["code"]) in areas:
            areas[told["level"], told["code"]] |= told
    return areas


def areas_agree(
    policy: Policy, rows: Rows, facts: pa.Table, *, engine: Callable[..., list[AreaFinding]] = areas_screen
) -> list[AreaFinding]:
    """The engine and plain Python say the same of every area."""
    with tempfile.TemporaryDirectory() as name:
        snapshot_of(rows, Path(name))
        found = engine(Path(name), policy, on=policy.on, told=told_table())
    expected = []
    for (level, code), area in sorted(_area_rows(rows, facts.to_pylist()).items()):
        for rule in program_compile(policy).areas:
            assert rule.when is not None
            result = rule.stated.value.level == level and evaluate(rule.when, area, on=policy.on)
            if result is not False:
                expected.append((level, code, rule.stated.key, result))
    assert [(row.level, row.code, row.key, row.result) for row in found] == expected
    return found


def rows_of(household: dict[str, Any], **tables: list[dict[str, Any]]) -> Rows:
    """One household with rows in other tables."""
    return {"household": [{"household_key": 1, "village_code": 130529103201, **household}], **tables}


__all__ = ["areas_agree", "households_agree", "rows_of", "told_table"]
