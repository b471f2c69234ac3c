"""One screening: open the snapshot, build the facts, apply the rules, write what was found."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from shouwang.engine.checked import has_passed, passed_remember, snapshot_digest_known
from shouwang.engine.errors import OutputFailed, RuleFailure, SnapshotError, is_of_writing
from shouwang.engine.freshness import feeds_judge
from shouwang.engine.incremental import (
    HANDLED_FILE,
    OUTCOMES_FILE,
    Followed,
    Previous,
    facts_join,
    households_touched,
    outcomes_joined,
    outcomes_tally,
    warnings_joined,
)
from shouwang.engine.report import run_report
from shouwang.engine.result import ScreenResult
from shouwang.engine.shape import Shape, shape_of
from shouwang.engine.sifted import FEW, KEPT, rows_keep, rules_sift, statement, warnings_query
from shouwang.engine.snapshot import handled_open, snapshot_check, snapshot_open
from shouwang.engine.sqltext import DIALECT, quoted
from shouwang.engine.steps.facts import steps, typed_step
from shouwang.engine.steps.rules import evidence_step, flags_step, hits_step, outcome_step, tally_step, warnings_step
from shouwang.engine.warnings import warnings_table
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import Program, program_compile

Facts = Literal["all", "warned"]
FACTS_FILE, WARNINGS_FILE, RUN_FILE = "household_facts.parquet", "warnings.parquet", "run.json"


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """This function opens an embedded DuckDB that spills into a folder and touches nothing else."""
    connection = duckdb.connect()
    connection.execute(f"SET temp_directory = {quoted(str(folder / 'spill'))}")
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET enable_progress_bar = false")
    return connection


@lru_cache(maxsize=32)
def _step_statements(shape: Shape) -> tuple[str, ...]:
    return tuple(statement(name, query, "VIEW") for name, query in steps(shape).items())


def _create(connection: duckdb.DuckDBPyConnection, name: str, query: exp.Expr, *, kind: str) -> None:
    connection.execute(statement(name, query, kind))


def facts_build(connection: duckdb.DuckDBPyConnection, shape: Shape) -> None:
    """This function makes the views of all steps, `base_facts` last."""
    for text in _step_statements(shape):
        connection.execute(text)


def facts_store(connection: duckdb.DuckDBPyConnection, program: Program, shape: Shape, file: Path) -> None:
    """This function writes the facts of every household, typed, in order of household, and makes them `facts`."""
    _create(connection, "typed_facts", typed_step(program, shape, facts="base_facts"), kind="VIEW")
    _facts_copy(connection, "typed_facts", file)
    connection.read_parquet(str(file)).create_view("facts")


def _facts_copy(connection: duckdb.DuckDBPyConnection, name: str, file: Path) -> None:
    query = exp.select("*").from_(name).order_by("household_key").sql(dialect=DIALECT)
    connection.execute(
        f"COPY ({query}) TO {quoted(str(file))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
    )


def rules_apply(connection: duckdb.DuckDBPyConnection, program: Program, shape: Shape) -> pa.Table:
    """This function applies every rule to `facts` and returns the rows of the last step."""
    _create(connection, "outcome", outcome_step(program, shape, facts="facts"), kind="TEMP TABLE")
    _create(connection, "hit", hits_step(program), kind="TEMP TABLE")
    hit = exp.select("household_key").distinct().from_("hit").subquery("hit_household")
    warned = exp.select("facts.*").from_("facts").join(hit, using=["household_key"], join_type="semi")
    _create(connection, "warned_facts", warned, kind="TEMP TABLE")
    _create(connection, "evidence", evidence_step(program), kind="TEMP TABLE")
    _create(connection, "flag", flags_step(program, shape), kind="TEMP TABLE")
    return connection.sql(warnings_step().sql(dialect=DIALECT)).to_arrow_table()


def tally(connection: duckdb.DuckDBPyConnection, program: Program) -> dict[str, tuple[int, int]]:
    """This function returns, for each trigger, the households it warns of and those it cannot decide."""
    row = connection.execute(tally_step(program).sql(dialect=DIALECT)).fetchall()[0]
    return {rule.stated.key: (row[2 * n], row[2 * n + 1]) for n, rule in enumerate(program.triggers)}


def outcomes_read(connection: duckdb.DuckDBPyConnection, program: Program) -> pa.Table:
    """This function returns the result of each trigger, by its key, for the households not cleared by all."""
    results = [
        exp.alias_(exp.column(f"result_{number}"), rule.stated.key) for number, rule in enumerate(program.triggers)
    ]
    query = exp.select(exp.column("household_key"), *results).from_("outcome").order_by("household_key")
    return connection.sql(query.sql(dialect=DIALECT)).to_arrow_table()


def _counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return {
        table: connection.execute(exp.select("count(*)").from_(table).sql(dialect=DIALECT)).fetchall()[0][0]
        for table in ("household", "person")
    }


def _rules_on_all(connection: duckdb.DuckDBPyConnection, program: Program, shape: Shape, file: Path) -> pa.Table:
    facts_build(connection, shape)
    facts_store(connection, program, shape, file)
    return rules_apply(connection, program, shape)


def _rules_by_sieve(
    connection: duckdb.DuckDBPyConnection, program: Program, shape: Shape, *, households: int
) -> pa.Table:
    rules_sift(connection, program, shape, households=households)
    return connection.sql(warnings_query()).to_arrow_table()


@dataclass(frozen=True)
class _Order:
    """What a run is asked to do."""

    folders: Sequence[Path]
    policy: Policy
    handled: Any
    work: Path
    keep: bool
    with_outcomes: bool
    facts: Facts
    previous: Previous | None


@dataclass(frozen=True)
class _Found:
    """What a run found: warnings, the outcomes if they are kept, and the tally of the triggers."""

    warnings: pa.Table
    outcomes: pa.Table | None
    tallies: dict[str, tuple[int, int]]
    followed: Followed | None


def _screened(connection: duckdb.DuckDBPyConnection, order: _Order, *, households: int, digest: str) -> _Found:
    """This function screens the whole snapshot, or what has been touched since the run before."""
    policy, file = order.policy, order.work / FACTS_FILE
    program, shape = program_compile(policy), shape_of(policy, on=policy.on)
    before, followed = order.previous, None
    if order.facts == "all":
        found = _rules_on_all(connection, program, shape, file)
    else:
        if before is not None:
            followed = households_touched(connection, policy, shape, before)
            is_few = followed.why_full is None and followed.touched * FEW <= households
            before = before if is_few else None  # setting most rows apart costs more than it saves
        if before is not None:
            rows_keep(connection, shape, KEPT, of="touched")
        found = _rules_by_sieve(connection, program, shape, households=households)
    warnings = warnings_table(found, policy, program, snapshot_digest=digest)
    outcomes = outcomes_read(connection, program) if order.with_outcomes or order.previous is not None else None
    if before is not None and outcomes is not None:
        warnings = warnings_joined(connection, before, warnings, on=policy.on, digest=digest)
        outcomes = outcomes_joined(connection, before, outcomes)
        facts_join(connection, before, warnings)
        tallies = outcomes_tally(outcomes)
    else:
        tallies = tally(connection, program)
    if order.facts == "warned":
        _facts_copy(connection, "warned_facts", file)
    if outcomes is not None:
        connection.table("handled").order("ALL").write_parquet(str(order.work / HANDLED_FILE), compression="zstd")
    return _Found(warnings, outcomes, tallies, followed)


def _run(order: _Order) -> ScreenResult:
    policy, folders = order.policy, order.folders
    shape = shape_of(policy, on=policy.on)
    digest = snapshot_digest_known(folders)
    file = order.work / FACTS_FILE
    with connect(order.work) as connection:
        try:
            opened = snapshot_open(connection, folders)
            handled_open(connection, order.handled)
            if not has_passed(folders, digest):
                snapshot_check(connection, opened)
                passed_remember(folders, digest)
            feeds = feeds_judge(connection, policy, on=policy.on)
            counts = _counts(connection)
            found = _screened(connection, order, households=counts["household"], digest=digest)
        except duckdb.ConversionException as error:
            raise SnapshotError(f"快照里有读不懂的值：{str(error).splitlines()[0][:200]}") from error
        except duckdb.Error as error:
            if is_of_writing(error):
                raise OutputFailed(error) from error
            raise RuleFailure(f"规则计算出错，本次筛查作废：{str(error).splitlines()[0][:200]}") from error
    report = run_report(policy, found.warnings, counts, found.tallies, opened, feeds, digest, shape, engine="duckdb")
    return ScreenResult(
        warnings=found.warnings,
        run=report,
        feeds=feeds,
        missing_tables=opened.missing_tables,
        missing_columns=opened.missing_columns,
        digest=digest,
        undecided={key: unknown for key, (_, unknown) in found.tallies.items()},
        outcomes=found.outcomes,
        followed=found.followed,
        facts_path=file if order.keep else None,
        facts_held=None if order.keep else pq.read_table(file),
    )


def _publish(work: Path, out: Path, result: ScreenResult) -> ScreenResult:
    """This function moves a finished run into its folder, the report last: a run without it is not finished."""
    pq.write_table(result.warnings, work / WARNINGS_FILE, compression="zstd")
    text = json.dumps(result.run, ensure_ascii=False, indent=1) + "\n"
    (work / RUN_FILE).write_text(text, encoding="utf-8")
    if result.outcomes is not None:
        pq.write_table(result.outcomes, work / OUTCOMES_FILE, compression="zstd")
    (out / RUN_FILE).unlink(missing_ok=True)
    for name in (OUTCOMES_FILE, HANDLED_FILE):
        (out / name).unlink(missing_ok=True)
    for name in (FACTS_FILE, WARNINGS_FILE, OUTCOMES_FILE, HANDLED_FILE, RUN_FILE):
        if (work / name).exists():
            (work / name).replace(out / name)
    return ScreenResult(**{**vars(result), "facts_path": out / FACTS_FILE})


def screen(
    snapshot_dir: Path | str,
    policy: Policy,
    *,
    on: date,
    feeds_dir: Path | str | None = None,
    handled: Any = None,
    out: Path | str | None = None,
    with_outcomes: bool = False,
    facts: Facts = "all",
    previous: Previous | None = None,
) -> ScreenResult:
    """This function screens a snapshot under a policy on a day and writes warnings, facts and report to `out`.

    `feeds_dir` is a second folder of the same format, read together with the first (the same folder is read once).
    `handled` is a table of (household_key, table, key): evidence that has led to a case and does not warn again.
    `facts` tells whose fact rows are kept: those of every household, or of the households warned of, which is far
    cheaper: the rules then see only what they need, of the households that they may concern. The warnings are the same.
    `with_outcomes` keeps each trigger's result for every household not cleared, in `out` too; `previous` names a run
    that did so: only what was touched since is screened again, and the answer is that of a full run.
    Nothing appears in `out` unless the whole run succeeds. The same input gives the same bytes.
    """
    if policy.on != on:
        raise RuleFailure(f"政策是按 {policy.on.isoformat()} 取的，不能用来筛查 {on.isoformat()}。")
    if previous is not None and facts == "all":
        raise RuleFailure("接着上一次筛查时只保存预警户的事实；要全部户的事实，请重新筛查。")
    folders = list(dict.fromkeys(Path(folder).resolve() for folder in (snapshot_dir, feeds_dir) if folder is not None))
    target = Path(out) if out is not None else None
    if target is not None:
        target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".run-", dir=target) as name:
        order = _Order(folders, policy, handled, Path(name), target is not None, with_outcomes, facts, previous)
        result = _run(order)
        try:
            return _publish(Path(name), target, result) if target is not None else result
        except OSError as error:
            raise OutputFailed(error) from error
