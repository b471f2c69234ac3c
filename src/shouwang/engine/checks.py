"""Data-quality checks over a snapshot: every rule on every person, household and village, hits with their reasons."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlglot import exp

from shouwang.engine.errors import RuleFailure, SnapshotError
from shouwang.engine.explanation import Explanation, node_explain
from shouwang.engine.run import connect, facts_build, facts_store
from shouwang.engine.schema import TABLES
from shouwang.engine.shape import Shape, shape_of
from shouwang.engine.snapshot import Opened, handled_open, snapshot_check, snapshot_digest, snapshot_open
from shouwang.engine.sqltext import DIALECT
from shouwang.engine.steps.checks import KEYS, check_steps, hits_step, outcome_step
from shouwang.rulebook.check_program import CheckProgram, CheckRule, checks_compile
from shouwang.rulebook.checks import Check, Over
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import program_compile
from shouwang.rulebook.values import Provision

HITS_FILE, VILLAGES_FILE, REPORT_FILE = "check_hits.parquet", "check_villages.parquet", "check.json"
HITS = pa.schema(
    [
        ("rule_key", pa.string()),
        ("rule_name", pa.string()),
        ("over", pa.string()),
        ("owner", pa.string()),
        ("action", pa.string()),
        ("village_code", pa.int64()),
        ("household_key", pa.int64()),
        ("person_key", pa.int64()),
        ("is_undecided", pa.bool_()),
        ("facts", pa.string()),
        ("clause", pa.string()),
        ("source", pa.string()),
        ("mark", pa.string()),
        ("pack", pa.string()),
    ]
)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class CheckResult:
    """What the checks found. `hits` one row a fault, in order of rule, village, household, person.

    `villages` has one row a village and rule that found something there: `hits`, `undecided`. `undecided`, when
    asked for, has the rows of `hits` for what no check could decide. `rows`, when asked for, are the rows of a level by
    name as the conditions saw them, with every result.
    """

    hits: pa.Table
    villages: pa.Table
    report: dict[str, Any]
    digest: str
    undecided: pa.Table | None = None
    rows: Mapping[Over, pa.Table] | None = None


def _silent(step: str, done: int, total: int) -> None:
    """This function says nothing about how far the checks are."""


def _create(connection: duckdb.DuckDBPyConnection, name: str, query: exp.Expr, *, kind: str) -> None:
    connection.execute(exp.Create(this=exp.to_table(name), kind=kind, expression=query).sql(dialect=DIALECT))


def _levels(connection: duckdb.DuckDBPyConnection, program: CheckProgram, shape: Shape, opened: Opened) -> None:
    for name, query in check_steps(program, shape, missing=opened.missing_tables).items():
        # Counted once, used by persons and households alike.
        _create(connection, name, query, kind="TEMP TABLE" if name in {"check_members", "check_village"} else "VIEW")


def _counts(connection: duckdb.DuckDBPyConnection, over: Over, rules: Sequence[CheckRule]) -> list[tuple[int, int]]:
    """This function returns for each check of a level the rows it finds wrong and those it cannot decide."""
    if not rules:
        return []
    columns = ", ".join(f"count(*) FILTER (WHERE result_{n}), count(*) FILTER (WHERE result_{n} IS NULL)"
                        for n in range(len(rules)))  # fmt: skip
    row = connection.execute(f"SELECT {columns} FROM outcome_{over}").fetchall()[0]  # noqa: S608 - names of our own
    return [(row[2 * n], row[2 * n + 1]) for n in range(len(rules))]


def _read(connection: duckdb.DuckDBPyConnection, query: exp.Expr) -> pa.Table:
    return connection.sql(query.sql(dialect=DIALECT)).to_arrow_table()


def _hits(connection: duckdb.DuckDBPyConnection, program: CheckProgram, *, with_undecided: bool) -> pa.Table:
    """This function returns all hits in order: place of the check, village, household, person."""
    queries: list[exp.Query] = []
    for over in Over:
        for number, rule in enumerate(program.of(over)):
            queries.append(hits_step(rule, number, program.rules.index(rule), with_undecided=with_undecided))
    if not queries:
        schema = pa.schema([("place", pa.int32()), *((key, pa.int64()) for key in KEYS[Over.PERSON]),
                            ("is_undecided", pa.bool_()), ("facts", pa.string())])  # fmt: skip
        return schema.empty_table()
    found: exp.Query = queries[0] if len(queries) == 1 else exp.union(*queries, distinct=False)
    order = [exp.Ordered(this=exp.column(key), nulls_first=True) for key in ("place", *KEYS[Over.PERSON])]
    return _read(connection, exp.select("*").from_(found.subquery("found")).order_by(*order))


def _hits_table(found: pa.Table, program: CheckProgram) -> pa.Table:
    places = found.column("place").combine_chunks()

    def looked_up(value: Callable[[CheckRule], str]) -> pa.Array:
        return pa.array([value(rule) for rule in program.rules], pa.string()).take(places)

    stated = {
        "rule_key": looked_up(lambda rule: rule.stated.key),
        "rule_name": looked_up(lambda rule: rule.stated.name),
        "over": looked_up(lambda rule: str(rule.over)),
        "owner": looked_up(lambda rule: rule.stated.value.owner),
        "action": looked_up(lambda rule: rule.stated.value.action),
        "clause": looked_up(lambda rule: rule.stated.source.clause),
        "source": looked_up(lambda rule: rule.stated.source.document),
        "mark": looked_up(lambda rule: rule.mark),
        "pack": looked_up(lambda rule: rule.stated.pack),
    }
    columns = [(stated[name] if name in stated else found.column(name)) for name in HITS.names]
    cast = [pa.chunked_array(column, type=field.type) if isinstance(column, list) else column.cast(field.type)
            for column, field in zip(columns, HITS, strict=True)]  # fmt: skip
    return pa.Table.from_arrays(cast, schema=HITS).combine_chunks()


def _villages(hits: pa.Table) -> pa.Table:
    table = hits.select(["village_code", "rule_key"]).append_column(
        "undecided", pc.cast(hits.column("is_undecided"), pa.int64())
    )
    grouped = table.group_by(["village_code", "rule_key"], use_threads=False).aggregate(
        [("undecided", "count"), ("undecided", "sum")]
    )
    named = grouped.rename_columns(["village_code", "rule_key", "hits", "undecided"])
    return named.sort_by([("village_code", "ascending"), ("rule_key", "ascending")])


def _report(
    policy: Policy, program: CheckProgram, opened: Opened, digest: str, looked: Mapping[Over, int],
    counts: Mapping[str, tuple[int, int]], hits: pa.Table,
) -> dict[str, Any]:  # fmt: skip
    rules = [
        {
            "key": rule.stated.key, "name": rule.stated.name, "over": str(rule.over), "when": rule.stated.value.when,
            "owner": rule.stated.value.owner, "action": rule.stated.value.action, "source": str(rule.stated.source),
            "mark": rule.mark, "pack": rule.stated.pack, "wrong": counts[rule.stated.key][0],
            "undecided": counts[rule.stated.key][1],
        }
        for rule in program.rules
    ]  # fmt: skip
    return {
        "format": 1, "engine": "duckdb", "place": policy.place, "place_name": policy.name,
        "on": policy.on.isoformat(), "policy_digest": policy.digest, "snapshot_digest": digest,
        "persons": looked[Over.PERSON], "households": looked[Over.HOUSEHOLD], "villages": looked[Over.VILLAGE],
        "hits": hits.num_rows, "rules": rules,
        "missing_tables": list(opened.missing_tables), "missing_columns": list(opened.missing_columns),
    }  # fmt: skip


def _judge(
    connection: duckdb.DuckDBPyConnection, program: CheckProgram, shape: Shape, said: Progress
) -> tuple[dict[Over, int], dict[str, tuple[int, int]]]:
    """This function applies the checks level by level and counts what they looked at and found."""
    looked: dict[Over, int] = {}
    counts: dict[str, tuple[int, int]] = {}
    for number, over in enumerate(Over):
        said(f"check_{over}", number + 1, len(Over) + 2)
        rules = program.of(over)
        looked[over] = connection.execute(f"SELECT count(*) FROM check_{over}").fetchall()[0][0]  # noqa: S608
        _create(connection, f"outcome_{over}", outcome_step(rules, over, shape), kind="TEMP TABLE")
        for rule, found in zip(rules, _counts(connection, over, rules), strict=True):
            counts[rule.stated.key] = found
    return looked, counts


def _rows(connection: duckdb.DuckDBPyConnection, program: CheckProgram, shape: Shape) -> dict[Over, pa.Table]:
    """This function returns every row of every level with every result, for tests and cases."""
    from shouwang.rulebook.conditions.emit import Emitter

    emitter, found = Emitter(on=shape.on), {}
    for over in Over:
        results = [exp.alias_(emitter.sql(rule.when), f"result_{n}") for n, rule in enumerate(program.of(over))]
        query = exp.select("*", *results).from_(f"check_{over}").order_by(*KEYS[over])
        found[over] = _read(connection, query)
    return found


def _run(
    folders: Sequence[Path], policy: Policy, program: CheckProgram, *, work: Path, with_rows: bool,
    with_undecided: bool, said: Progress,
) -> CheckResult:  # fmt: skip
    shape, digest = shape_of(policy, on=policy.on), snapshot_digest(folders)
    with connect(work) as connection:
        try:
            opened = snapshot_open(connection, folders, tables=tuple(TABLES))
            handled_open(connection, None)
            snapshot_check(connection, opened, tables=tuple(TABLES))
            said("facts", 0, len(Over) + 2)
            facts_build(connection, shape)
            facts_store(connection, program_compile(policy), shape, work / "facts.parquet")
            _levels(connection, program, shape, opened)
            looked, counts = _judge(connection, program, shape, said)
            said("hits", len(Over) + 1, len(Over) + 2)
            found = _hits_table(_hits(connection, program, with_undecided=with_undecided), program)
            rows = _rows(connection, program, shape) if with_rows else None
        except duckdb.ConversionException as error:
            raise SnapshotError(f"快照里有读不懂的值：{str(error).splitlines()[0][:200]}") from error
        except duckdb.Error as error:
            raise RuleFailure(f"核查规则计算出错，本次核查作废：{str(error).splitlines()[0][:200]}") from error
    listed = pa.array([rule.stated.key for rule in program.rules if rule.stated.value.on_unknown == "hit"], pa.string())
    is_hit = pc.or_(pc.invert(found.column("is_undecided")), pc.is_in(found.column("rule_key"), listed))
    hits = found.filter(is_hit).combine_chunks()
    report = _report(policy, program, opened, digest, looked, counts, hits)
    undecided = found.filter(pc.invert(is_hit)) if with_undecided else None
    return CheckResult(hits, _villages(hits), report, digest, undecided, rows)


def _publish(work: Path, out: Path, result: CheckResult) -> None:
    """This function moves a finished check into its folder, the report last: without it nothing is finished."""
    pq.write_table(result.hits, work / HITS_FILE, compression="zstd")
    pq.write_table(result.villages, work / VILLAGES_FILE, compression="zstd")
    text = json.dumps(result.report, ensure_ascii=False, indent=1) + "\n"
    (work / REPORT_FILE).write_text(text, encoding="utf-8")
    (out / REPORT_FILE).unlink(missing_ok=True)
    for name in (HITS_FILE, VILLAGES_FILE, REPORT_FILE):
        (work / name).replace(out / name)


def check(
    snapshot_dir: Path | str,
    policy: Policy,
    *,
    on: date,
    feeds_dir: Path | str | None = None,
    extra: tuple[Provision[Check], ...] = (),
    only: bool = False,
    out: Path | str | None = None,
    with_rows: bool = False,
    with_undecided: bool = False,
    progress: Progress = _silent,
) -> CheckResult:
    """This function applies the data-quality checks of a policy, and those a county added, to a snapshot on a day.

    `only` leaves out the checks of the policy: the ones in `extra` are tried alone. `progress` is told the step, how
    many are done and how many there are. Nothing appears in `out` unless the whole check succeeds; the same input gives
    the same bytes.
    """
    if policy.on != on:
        raise RuleFailure(f"政策是按 {policy.on.isoformat()} 取的，不能用来核查 {on.isoformat()}。")
    folders = list(dict.fromkeys(Path(folder).resolve() for folder in (snapshot_dir, feeds_dir) if folder is not None))
    program = checks_compile(policy, extra)
    if only:
        program = CheckProgram(program.rules[len(program.rules) - len(extra) :])
    target = Path(out) if out is not None else None
    if target is not None:
        target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".check-", dir=target) as name:
        result = _run(folders, policy, program, work=Path(name), with_rows=with_rows, with_undecided=with_undecided,
                      said=progress)  # fmt: skip
        if target is not None:
            _publish(Path(name), target, result)
    return result


def check_explain(rule: CheckRule, facts: Mapping[str, Any], *, on: date) -> Explanation:
    """This function explains a hit from the facts it kept: every condition, its values, true or false."""
    found = node_explain(rule.when, facts, on=on)
    stated = rule.stated
    source = stated.source.document + (f"【{stated.mark_text}】" if stated.mark else "")
    return Explanation(stated.name, found.result, parts=(found,), clause=stated.source.clause, source=source)
