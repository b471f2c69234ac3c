"""The cases of a pack by all three evaluators, in one Spark session set for small tables."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlglot import exp

from shouwang.engine.casebook import AreaEngine, CaseReport, areas_judged, cases_run
from shouwang.engine.checks import CheckResult, check
from shouwang.engine.errors import RuleFailure
from shouwang.engine.exits import exit_facts
from shouwang.engine.judgements import households_judge, judged_step
from shouwang.engine.result import ScreenResult
from shouwang.engine.run import screen
from shouwang.engine.schema import TABLES
from shouwang.engine.shape import shape_of
from shouwang.engine.spark.areas import areas_judged as spark_areas_judged
from shouwang.engine.spark.checks import checked_rows
from shouwang.engine.spark.places import Storage, address_of, pieces_find
from shouwang.engine.spark.plan import Plan
from shouwang.engine.spark.run import spark_screen
from shouwang.engine.spark.session import SMALL, session_open
from shouwang.engine.spark.tables import tables_open
from shouwang.engine.steps.exits import exit_steps
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import program_compile
from shouwang.rulebook.source import PackSource

MASTER = "local[2]"


def results_differ(one: ScreenResult, other: ScreenResult) -> str:
    """This function names the first thing in which two engines' results differ, empty when they agree to the byte."""
    reports = ({name: value for name, value in result.run.items() if name != "engine"} for result in (one, other))
    pairs = {
        "预警": (one.warnings.to_pylist(), other.warnings.to_pylist()),
        "事实": (one.facts.to_pylist(), other.facts.to_pylist()),
        "启动标准": (_rows(one.outcomes), _rows(other.outcomes)),
        "报告": tuple(reports),
    }
    for name, (left, right) in pairs.items():
        if left != right:
            return _first(name, left, right)
    return ""


def _rows(table: pa.Table | None) -> list[dict[str, Any]]:
    return [] if table is None else table.to_pylist()


def _first(name: str, left: Any, right: Any) -> str:
    if left == right:
        return ""
    if isinstance(left, dict):
        key = next(key for key in {**left, **right} if left.get(key) != right.get(key))
        return f"{name}的“{key}”：DuckDB 得 {left.get(key)}，Spark 得 {right.get(key)}"
    if not isinstance(left, list) or len(left) != len(right):
        return f"{name}：DuckDB 有 {len(left or [])} 行，Spark 有 {len(right or [])} 行"
    one, other = next((a, b) for a, b in zip(left, right, strict=True) if a != b)
    return _first(f"{_row_of(one)}的{name}", one, other)


def _row_of(row: dict[str, Any]) -> str:
    key = next((name for name in ("household_key", "village_code", "code") if row.get(name) is not None), None)
    return f"户 {row[key]} " if key == "household_key" else f"地区 {row[key]} " if key else ""


def both(session: Any) -> Callable[..., ScreenResult]:
    """This function returns an engine like `screen` that asks DuckDB and Spark and fails where they differ."""

    def screened(folder: Path, policy: Policy, **options: Any) -> ScreenResult:
        one = screen(folder, policy, **options)
        other = spark_screen(folder, policy, **options, session=session, is_small=True)
        if difference := results_differ(one, other) or _judged_differently(session, policy, folder, other.facts):
            raise EnginesDiffer(f"{policy.name} {policy.on.isoformat()} 的案例，两个引擎算得不一样：{difference}。")
        return one

    return screened


def _judged_differently(session: Any, policy: Policy, folder: Path, facts: pa.Table) -> str:
    """This function compares what exits, sweeps and measures say of each household by DuckDB and by Spark."""
    program, shape = program_compile(policy), shape_of(policy, on=policy.on)
    if not program.judgements:
        return ""
    own = session.newSession()
    own.createDataFrame(facts).createOrReplaceTempView("facts")
    opened = tables_open(own, {str(folder): pieces_find(Storage(own), address_of(folder), tables=tuple(TABLES))},
                         is_small=True, tables=tuple(TABLES))  # fmt: skip
    plan = Plan(own, is_small=True)
    for name, query in exit_steps(shape, missing=opened.missing_tables).items():
        plan.state(name, query)
    plan.keep("exit_facts", exp.select("*").from_("exit_facts"))
    told, other_told = exit_facts(folder, policy, facts), plan.table(exp.select("*").from_("exit_facts"))
    if difference := _first("退出的事实", told.to_pylist(), other_told.select(told.column_names).to_pylist()):
        return difference
    rows = plan.rows(judged_step(program, shape, facts="exit_facts"))
    other = {row[0]: list(row[1:]) for row in rows}
    for key, found in households_judge(policy, told).items():
        if found != other[key]:
            return f"户 {key} 的识别、消除、排查、措施：DuckDB 得 {found}，Spark 得 {other[key]}"
    return ""


def both_areas(session: Any) -> AreaEngine:
    """This function returns a judge of areas that asks DuckDB and Spark and fails where they differ."""

    def judged(policy: Policy, given: pa.Table) -> list[dict[str, Any]]:
        one, other = areas_judged(policy, given), spark_areas_judged(session, policy, given)
        if one != other:
            raise EnginesDiffer(
                f"{policy.name} {policy.on.isoformat()} 的地区，两个引擎算得不一样：{_first('地区', one, other)}。"
            )
        return one

    return judged


def both_checked(session: Any) -> Callable[..., CheckResult]:
    """This function returns a checker like `check` that asks DuckDB and Spark and fails where a row differs."""

    def checked(folder: Path, policy: Policy, *, on: date, with_rows: bool = True) -> CheckResult:
        result = check(folder, policy, on=on, with_rows=with_rows)
        for over, rows in checked_rows(session, folder, policy).items():
            one, other = (result.rows or {})[over].to_pylist(), rows.to_pylist()
            if one != other:
                difference = _first("核查", one, other)
                raise EnginesDiffer(f"{policy.name} {on.isoformat()} 的核查，两个引擎算得不一样：{difference}。")
        return result

    return checked


class EnginesDiffer(RuleFailure):
    """DuckDB and Spark give different answers; the sentence says where."""


@contextlib.contextmanager
def spark_cases() -> Iterator[Callable[[PackSource, str], CaseReport]]:
    """This function gives what runs all cases of a place through DuckDB, Spark and the scalar evaluator."""
    with session_open(MASTER, settings=SMALL) as session:
        yield lambda source, place: cases_run(
            source, place=place, engine=both(session), areas=both_areas(session), checked=both_checked(session),
            name="DuckDB、Spark",
        )  # fmt: skip
