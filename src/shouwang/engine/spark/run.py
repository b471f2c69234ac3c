"""One screening on Spark: the engine's own steps, in the same order, from the same trees."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from shouwang.engine.errors import RuleFailure
from shouwang.engine.freshness import feed_states, newest_step
from shouwang.engine.report import run_report
from shouwang.engine.result import ScreenResult
from shouwang.engine.shape import Shape, shape_of
from shouwang.engine.spark.failures import spark_errors
from shouwang.engine.spark.places import Storage, address_of, local_path, pieces_digest, pieces_find, sums_remove
from shouwang.engine.spark.plan import Plan, warned_of
from shouwang.engine.spark.session import LOCAL, session_beside
from shouwang.engine.spark.tables import handled_open, tables_check, tables_open
from shouwang.engine.steps.facts import steps, typed_step
from shouwang.engine.steps.rules import evidence_step, flags_step, hits_step, outcome_step, tally_step, warnings_step
from shouwang.engine.warnings import warnings_table
from shouwang.rulebook.facts import COLUMNS, Kind
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import Program, program_compile

Facts = Literal["all", "warned"]
FACTS_FOLDER, WARNINGS_FILE, RUN_FILE = "household_facts.parquet", "warnings.parquet", "run.json"
_NUMBERS = frozenset({Kind.MONEY, Kind.PER_HEAD, Kind.NUMBER})


@dataclass(frozen=True)
class _Found:
    """What the rules found: the rows of the last step, and what each trigger counts."""

    rows: pa.Table
    tallies: dict[str, tuple[int, int]]
    outcomes: pa.Table | None
    facts: pa.Table | None


def facts_state(plan: Plan, program: Program, shape: Shape) -> None:
    """This function states `facts`: the steps, the household's type, each column as it is declared."""
    for name, query in steps(shape).items():
        plan.state(name, query)
    plan.state("typed_facts", typed_step(program, shape, facts="base_facts"))
    columns = [
        exp.alias_(exp.cast(exp.column(name), "BIGINT"), name) if fact.kind in _NUMBERS else exp.column(name)
        for name, fact in COLUMNS.items()
    ]
    plan.state("facts", exp.select(exp.column("household_key"), *columns).from_("typed_facts"))


def _outcomes(plan: Plan, program: Program) -> pa.Table:
    results = [exp.alias_(exp.column(f"result_{n}"), rule.stated.key) for n, rule in enumerate(program.triggers)]
    return plan.table(exp.select(exp.column("household_key"), *results).from_("outcome").order_by("household_key"))


def _hits_keep(plan: Plan, program: Program, shape: Shape) -> dict[str, tuple[int, int]]:
    """This function keeps outcome, hits and the households hit, and returns what each trigger counts."""
    plan.keep("outcome", outcome_step(program, shape, facts="facts"))
    row = plan.rows(tally_step(program))[0]
    plan.keep("hit", hits_step(program))
    plan.keep("hit_household", exp.select("household_key").distinct().from_("hit"))
    return {rule.stated.key: (row[2 * n], row[2 * n + 1]) for n, rule in enumerate(program.triggers)}


def _rules_apply(
    plan: Plan, program: Program, shape: Shape, *, facts: Facts, work: str | None, with_outcomes: bool
) -> _Found:
    """This function applies every rule to the facts and stores the fact rows that are asked for.

    Fact rows of the warned households alone are made by the same steps, once every table is narrowed to them.
    """
    stored = None
    facts_state(plan, program, shape)
    if facts == "all":
        stored = plan.store("facts", _stored("facts"), work and f"{work}/{FACTS_FOLDER}")
    tallies = _hits_keep(plan, program, shape)
    outcomes = _outcomes(plan, program) if with_outcomes else None
    if facts == "all":
        plan.keep("warned_facts", warned_of("facts"))
    plan.narrow("spending", "status", "income")
    if facts != "all":
        plan.narrow("household", "person", "named", "handled")
        facts_state(plan, program, shape)
        plan.keep("warned_facts", _stored("facts"))
        stored = plan.store("", _stored("warned_facts"), work and f"{work}/{FACTS_FOLDER}")
    plan.state("evidence", evidence_step(program))
    plan.state("flag", flags_step(program, shape))
    return _Found(plan.table(warnings_step()), tallies, outcomes, stored)


def _stored(name: str) -> exp.Select:
    return exp.select("*").from_(name).order_by("household_key")


def _run(
    plan: Plan, storage: Storage, folders: Sequence[str], policy: Policy, *, handled: Any, facts: Facts,
    with_outcomes: bool, work: str | None,
) -> ScreenResult:  # fmt: skip
    program, shape = program_compile(policy), shape_of(policy, on=policy.on)
    pieces = {folder: pieces_find(storage, folder) for folder in folders}
    digest = pieces_digest(storage, pieces)
    opened = tables_open(plan.session, pieces, is_small=plan.is_small)
    handled_open(plan.session, handled)
    counts = tables_check(plan.session, opened)
    newest = [(row[0], row[1], row[2]) for row in plan.rows(newest_step(policy.on))]
    feeds = feed_states(newest, policy, on=policy.on)
    found = _rules_apply(plan, program, shape, facts=facts, work=work, with_outcomes=with_outcomes)
    warnings = warnings_table(found.rows, policy, program, snapshot_digest=digest)
    return ScreenResult(
        warnings=warnings,
        run=run_report(policy, warnings, counts, found.tallies, opened, feeds, digest, shape, engine="spark"),
        feeds=feeds,
        missing_tables=opened.missing_tables,
        missing_columns=opened.missing_columns,
        digest=digest,
        undecided={key: unknown for key, (_, unknown) in found.tallies.items()},
        outcomes=found.outcomes,
        facts_held=found.facts,
    )


def _publish(storage: Storage, work: str, out: str, result: ScreenResult) -> ScreenResult:
    """This function moves a finished run into its folder, the report last: a run without it is not finished."""
    with tempfile.TemporaryDirectory(prefix="shouwang-") as name:
        warnings, report = Path(name) / WARNINGS_FILE, Path(name) / RUN_FILE
        pq.write_table(result.warnings, warnings, compression="zstd")
        report.write_text(json.dumps(result.run, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        for file in (warnings, report):
            storage.put(file, f"{work}/{file.name}")
    storage.remove(f"{out}/{RUN_FILE}")
    for file_name in (FACTS_FOLDER, WARNINGS_FILE, RUN_FILE):
        storage.move(f"{work}/{file_name}", f"{out}/{file_name}")
    local = local_path(out)
    if local is not None:
        sums_remove(local)
    return replace(result, facts_path=local / FACTS_FOLDER if local else None)


def spark_screen(
    snapshot_dir: Path | str,
    policy: Policy,
    *,
    on: date,
    feeds_dir: Path | str | None = None,
    handled: Any = None,
    out: Path | str | None = None,
    with_outcomes: bool = False,
    facts: Facts = "all",
    master: str = LOCAL,
    session: Any = None,
    is_small: bool = False,
) -> ScreenResult:
    """This function screens a snapshot on Spark; like `engine.screen`, with the same warnings to the byte.

    Folders and `out` are local paths or any addresses Spark knows; on a cluster every worker must reach them. Fact rows
    are written as a folder of Parquet files. `session`: a Spark that is open already, otherwise one starts at `master`.
    `is_small`: local tables of some hundred rows, as the cases of a pack, go in by the driver.
    """
    if policy.on != on:
        raise RuleFailure(f"政策是按 {policy.on.isoformat()} 取的，不能用来筛查 {on.isoformat()}。")
    folders = list(dict.fromkeys(address_of(folder) for folder in (snapshot_dir, feeds_dir) if folder is not None))
    with session_beside(session, master) as own, spark_errors():
        plan, storage = Plan(own, is_small=is_small), Storage(own)
        target = address_of(out) if out is not None else None
        work = f"{target}/.run-{uuid4().hex}" if target is not None else None
        if work is not None:
            storage.folder_make(work)
        try:
            result = _run(
                plan, storage, folders, policy, handled=handled, facts=facts, with_outcomes=with_outcomes, work=work
            )
            return _publish(storage, work, target, result) if work is not None and target is not None else result
        finally:
            if work is not None:
                storage.remove(work)
