"""Areas on Spark: the households of each area added up, and what a policy says of each, from the engine's own trees."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from shouwang.engine.areas import AreaFinding, areas_judge, told_checked
from shouwang.engine.errors import RuleFailure
from shouwang.engine.shape import shape_of
from shouwang.engine.spark.failures import spark_errors
from shouwang.engine.spark.places import Storage, address_of, pieces_find
from shouwang.engine.spark.plan import Plan
from shouwang.engine.spark.session import LOCAL, session_beside
from shouwang.engine.spark.tables import tables_check, tables_open
from shouwang.engine.steps.areas import areas_step, judged_areas_step, told_step, untold_step, villages_step
from shouwang.engine.steps.members import household_step, members_step
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import program_compile


def areas_judged(session: Any, policy: Policy, given: pa.Table) -> list[dict[str, Any]]:
    """This function returns area facts with the result of each area rule; in order of level and code."""
    own = session.newSession()
    own.createDataFrame(given).createOrReplaceTempView("given")
    query = judged_areas_step(program_compile(policy).areas, shape_of(policy, on=policy.on), areas="given")
    rows: list[dict[str, Any]] = Plan(own, is_small=True).table(query).to_pylist()
    return rows


def _state(plan: Plan, policy: Policy, told: pa.Table | None) -> None:
    shape = shape_of(policy, on=policy.on)
    plan.state("household_register", household_step(shape))
    plan.state("members", members_step(shape))
    plan.keep("village_count", villages_step())  # named once a level: counted once
    plan.state("area_count", areas_step())
    if told is None:
        plan.state("area_told", untold_step())
    else:
        plan.session.createDataFrame(told_checked(told)).createOrReplaceTempView("area_told")
    plan.state("area_facts", told_step())


def spark_areas_screen(
    snapshot_dir: Path | str,
    policy: Policy,
    *,
    on: date,
    told: pa.Table | None = None,
    master: str = LOCAL,
    session: Any = None,
    is_small: bool = False,
) -> list[AreaFinding]:
    """This function tells which areas of a snapshot a policy's area rules pick; like `engine.areas.areas_screen`.

    `session` and `is_small` mean what they mean to `spark_screen`.
    """
    if policy.on != on:
        raise RuleFailure(f"政策是按 {policy.on.isoformat()} 取的，不能用于 {on.isoformat()}。")
    folder, rules = address_of(snapshot_dir), program_compile(policy).areas
    with session_beside(session, master) as own, spark_errors():
        plan = Plan(own, is_small=is_small)
        opened = tables_open(own, {folder: pieces_find(Storage(own), folder)}, is_small=is_small)
        tables_check(own, opened)
        _state(plan, policy, told)
        rows = plan.table(judged_areas_step(rules, shape_of(policy, on=policy.on), areas="area_facts")).to_pylist()
    return areas_judge(rows, rules)
