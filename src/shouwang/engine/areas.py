"""Areas of a snapshot under a policy: which are watched, and who is sent where."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from shouwang.engine.errors import RuleFailure, SnapshotError
from shouwang.engine.shape import shape_of
from shouwang.engine.snapshot import snapshot_check, snapshot_open
from shouwang.engine.sqltext import DIALECT, quoted
from shouwang.engine.steps.areas import areas_step, judged_areas_step, told_step, untold_step, villages_step
from shouwang.engine.steps.members import household_step, members_step
from shouwang.rulebook.area_facts import TOLD
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import Judgement, program_compile


@dataclass(frozen=True)
class AreaFinding:
    """One area under one rule that holds, or that nobody can decide (`result` None)."""

    level: str
    code: int
    topic: str
    key: str
    name: str
    result: bool | None
    facts: Mapping[str, Any]


def _create(connection: duckdb.DuckDBPyConnection, name: str, query: exp.Expr) -> None:
    connection.execute(exp.Create(this=exp.to_table(name), kind="VIEW", expression=query).sql(dialect=DIALECT))


def told_checked(told: pa.Table) -> pa.Table:
    """This function returns what was told about areas once it has every column; raises SnapshotError."""
    missing = [name for name in ("level", "code", *TOLD) if name not in told.column_names]
    if missing:
        raise SnapshotError(f"地区情况表缺少列：{'、'.join(missing)}。")
    return told


def _judged(connection: duckdb.DuckDBPyConnection, policy: Policy, told: pa.Table | None) -> list[dict[str, Any]]:
    shape = shape_of(policy, on=policy.on)
    _create(connection, "household_register", household_step(shape))
    _create(connection, "members", members_step(shape))
    _create(connection, "village_count", villages_step())
    _create(connection, "area_count", areas_step())
    if told is None:
        _create(connection, "area_told", untold_step())
    else:
        connection.register("area_told", told_checked(told))
    _create(connection, "area_facts", told_step())
    query = judged_areas_step(program_compile(policy).areas, shape, areas="area_facts")
    return connection.sql(query.sql(dialect=DIALECT)).to_arrow_table().to_pylist()


def areas_judge(rows: list[dict[str, Any]], rules: tuple[Judgement, ...]) -> list[AreaFinding]:
    """This function turns judged rows into findings, in order of level, code and rule."""
    found = []
    for row in rows:
        facts = {key: value for key, value in row.items() if not key.startswith("rule_")}
        for number, rule in enumerate(rules):
            if row[f"rule_{number}"] is not False:
                found.append(
                    AreaFinding(row["level"], row["code"], rule.topic, rule.stated.key, rule.stated.name,
                                row[f"rule_{number}"], facts)
                )  # fmt: skip
    return found


def areas_screen(
    snapshot_dir: Path | str, policy: Policy, *, on: date, told: pa.Table | None = None
) -> list[AreaFinding]:
    """This function tells which areas of a snapshot a policy's area rules pick; raises SnapshotError, RuleFailure.

    `told` holds what no household row says (level, code and the told area facts); without it those are unknown.
    """
    if policy.on != on:
        raise RuleFailure(f"政策是按 {policy.on.isoformat()} 取的，不能用于 {on.isoformat()}。")
    with tempfile.TemporaryDirectory(prefix="shouwang-areas-") as spill, duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = {quoted(spill)}")
        try:
            opened = snapshot_open(connection, [Path(snapshot_dir).resolve()])
            snapshot_check(connection, opened)
            rows = _judged(connection, policy, told)
        except duckdb.ConversionException as error:
            raise SnapshotError(f"快照里有读不懂的值：{str(error).splitlines()[0][:200]}") from error
        except duckdb.Error as error:
            raise RuleFailure(f"规则计算出错：{str(error).splitlines()[0][:200]}") from error
    return areas_judge(rows, program_compile(policy).areas)
