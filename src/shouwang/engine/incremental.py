"""A run after a run: only households that something has touched are screened again, the rest is taken over.

Touched are households with changed rows (named by the caller, or found by comparing the snapshots), with evidence
handled, and those for which a window has moved since. Another policy, or an earlier day, touches everybody.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlglot import exp

from shouwang.engine.errors import SnapshotError
from shouwang.engine.schema import HANDLED
from shouwang.engine.shape import Shape, shape_of
from shouwang.engine.sifted import KEPT, columns_used
from shouwang.engine.snapshot import table_query, tables_find
from shouwang.engine.sqltext import DIALECT, sql_tree
from shouwang.rulebook.conditions.nodes import Node, parts_of
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import Program, program_compile
from shouwang.rulebook.windows import months_before

OUTCOMES_FILE, HANDLED_FILE = "outcomes.parquet", "handled.parquet"
_WARNINGS, _RUN, _FACTS = "warnings.parquet", "run.json", "household_facts.parquet"
_CLOCKED = frozenset({"DayShift", "DateShift"})  # conditions on the day itself


class WhyFull(enum.StrEnum):
    """Why a run that was to follow another screened everybody."""

    POLICY = "POLICY"  # what is in force is not what it was
    EARLIER_DAY = "EARLIER_DAY"
    CLOCKED = "CLOCKED"  # a condition speaks of the day itself, which has moved
    UNLISTED = "UNLISTED"  # nobody can tell what has changed


@dataclass(frozen=True)
class Followed:
    """What a run that named its predecessor did: why it screened everybody, or how many households were touched.

    `by` counts the touched by what touched them, ROWS, HANDLED or WINDOW; a household may count under several.
    """

    why_full: WhyFull | None = None
    touched: int = 0
    by: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Previous:
    """A finished run, and what has changed since: households by key, or the snapshot it was made from to compare."""

    folder: Path
    changed: Sequence[int] | None = None
    snapshot: Path | None = None

    @property
    def run(self) -> dict[str, Any]:
        """The report of the run; raises SnapshotError when the run is not finished or has not kept its outcomes."""
        names = (_RUN, _WARNINGS, _FACTS, OUTCOMES_FILE)
        missing = next((name for name in names if not (self.folder / name).exists()), None)
        if missing is not None:
            raise SnapshotError(
                f"“{self.folder}”不是一次留有逐户结果的筛查：缺少 {missing}。上一次筛查要带上 --daily。"
            )
        found: dict[str, Any] = json.loads((self.folder / _RUN).read_text(encoding="utf-8"))
        return found


def _is_clocked(program: Program) -> bool:
    nodes: list[Node] = [*(rule.when for rule in program.types), *(rule.when for rule in program.flags)]
    for rule in program.triggers:
        nodes += [rule.result, rule.measured, rule.threshold]
    return any(type(part).__name__ in _CLOCKED for node in nodes for part in parts_of(node))


def _edges(before: tuple[date, date], after: tuple[date, date]) -> Iterator[tuple[date, date]]:
    """This function yields the half-open spans that lie in one of two windows only."""
    for one, other in zip(before, after, strict=True):
        if one != other:
            yield min(one, other), max(one, other)


def _within(column: str, spans: Iterable[tuple[date, date]]) -> list[exp.Expr]:
    return [sql_tree(":column >= :lo AND :column < :hi", column=exp.column(column), lo=lo, hi=hi) for lo, hi in spans]


def moved_queries(before: Shape, after: Shape) -> Iterator[exp.Select]:
    """This function yields queries of the households whose facts may differ between two days of one policy."""
    days = [(before.on + timedelta(days=1), after.on + timedelta(days=1))]
    spans = {key: list(_edges(span, after.span(key))) for key, span in before.spans}
    incomes = [edge for key, edges in spans.items() if key.endswith("income") for edge in edges]
    spending = [edge for key, edges in spans.items() if key.endswith("spending") for edge in edges] + days
    if before.on.year != after.on.year:
        spending.append((date(before.on.year, 1, 1), after.on + timedelta(days=1)))
    births = [
        (months_before(before.on, 12 * years), months_before(after.on, 12 * years) + timedelta(days=1))
        for years in (18, 60)
    ]
    conditions = {
        "household": [*_within("identified_date", days), *_within("removed_date", days)],
        "person": _within("birth_date", births),
        "income": _within("month", incomes),
        "spending": _within("event_date", spending),
        "status": [*_within("from_date", spending), *_within("until_date", days)],
    }
    for table, parts in conditions.items():
        if parts:
            yield exp.select("household_key").from_(table).where(exp.or_(*parts))
    if (before.on.year, before.on.month) != (after.on.year, after.on.month):
        yield exp.select("household_key").from_("handled").where("\"table\" = 'income'")


def _told(table: str, columns: Sequence[str]) -> exp.Select:
    """This function returns one row a household that tells its rows in a table apart from any others."""
    row = exp.Anonymous(this="hash", expressions=[exp.column(name) for name in columns])
    return exp.select("household_key", exp.alias_(exp.Sum(this=row), "told")).from_(table).group_by("household_key")


def _compared(snapshot: Path, shape: Shape) -> Iterator[exp.Select]:
    """This function yields queries of the households whose rows differ from those of another snapshot.

    Rows are told apart by 64-bit hashes, added up by household: comparing the rows themselves costs more than a full
    run does.
    """
    stored = {piece.table for piece in tables_find(snapshot)}
    for table in KEPT:
        if table not in stored:
            yield exp.select("household_key").from_(table)
            continue
        columns = columns_used(shape)[table]
        here, there = _told(table, columns).subquery("here"), _told(f"previous_{table}", columns).subquery("there")
        yield (
            exp.select("household_key")
            .from_(here)
            .join(there, using=["household_key"], join_type="full")
            .where("here.told IS DISTINCT FROM there.told")
        )


def _previous_open(connection: duckdb.DuckDBPyConnection, snapshot: Path) -> None:
    """This function opens the tables of the snapshot before under names of their own."""
    for piece in tables_find(snapshot):
        if piece.table in KEPT:
            query = table_query(connection, piece, f"previous_{piece.table}_file")
            view = exp.Create(this=exp.to_table(f"previous_{piece.table}"), kind="VIEW", expression=query)
            connection.execute(view.sql(dialect=DIALECT))


def _handled_moved(previous: Previous) -> Iterator[exp.Select]:
    """This function yields queries of the households whose handled evidence is not what it was."""
    file = previous.folder / HANDLED_FILE
    if not file.exists():  # a run of before it was kept
        yield exp.select("household_key").from_("handled")
        return
    there = exp.select(*HANDLED).from_(exp.func("read_parquet", exp.Literal.string(str(file))))
    here = exp.select(*HANDLED).from_("handled")
    for one, other in ((there, here), (here, there)):
        yield exp.select("household_key").from_(exp.except_(one.copy(), other.copy()).subquery("moved"))


def _why_full(policy: Policy, previous: Previous) -> WhyFull | None:
    run = previous.run
    day = date.fromisoformat(run["on"])
    if run["policy_digest"] != policy.digest:
        return WhyFull.POLICY
    if day > policy.on:
        return WhyFull.EARLIER_DAY
    if day != policy.on and _is_clocked(program_compile(policy)):
        return WhyFull.CLOCKED
    return WhyFull.UNLISTED if previous.changed is None and previous.snapshot is None else None


def households_touched(
    connection: duckdb.DuckDBPyConnection, policy: Policy, shape: Shape, previous: Previous
) -> Followed:
    """This function makes the table `touched`, or tells why everybody may be touched and a full run is due."""
    why = _why_full(policy, previous)
    if why is not None:
        return Followed(why)
    queries = [("HANDLED", query) for query in _handled_moved(previous)]
    if previous.changed is not None:
        connection.register("changed_given", pa.table({"household_key": pa.array(previous.changed, pa.int64())}))
        queries.append(("ROWS", exp.select("household_key").from_("changed_given")))
    elif previous.snapshot is not None:
        _previous_open(connection, previous.snapshot)
        queries += [("ROWS", query) for query in _compared(previous.snapshot, shape)]
    day = date.fromisoformat(previous.run["on"])
    if day != policy.on:
        queries += [("WINDOW", query) for query in moved_queries(shape_of(policy, on=day), shape)]
    text = " UNION ".join(
        query.select(exp.alias_(exp.Literal.string(by), "by", quoted=True)).sql(DIALECT) for by, query in queries
    )
    connection.execute(f"CREATE TEMP TABLE touched_by AS {text}")
    connection.execute("CREATE TEMP TABLE touched AS SELECT DISTINCT household_key FROM touched_by")
    there = connection.execute("SELECT count(*) FROM touched SEMI JOIN household USING (household_key)").fetchall()
    by = connection.execute('SELECT "by", count(*) FROM touched_by GROUP BY 1 ORDER BY 1').fetchall()
    return Followed(touched=there[0][0], by=dict(by))


def _kept(connection: duckdb.DuckDBPyConnection, file: Path) -> pa.Table:
    """This function returns a stored table without the households that are touched."""
    connection.register("stored", pq.read_table(file))
    kept = connection.sql("SELECT stored.* FROM stored ANTI JOIN touched USING (household_key)").to_arrow_table()
    connection.unregister("stored")
    return kept


def _joined(one: pa.Table, other: pa.Table, *order: str) -> pa.Table:
    return pa.concat_tables([one.cast(other.schema), other]).sort_by([(name, "ascending") for name in order])


def warnings_joined(
    connection: duckdb.DuckDBPyConnection, previous: Previous, found: pa.Table, *, on: date, digest: str
) -> pa.Table:
    """This function returns the new warnings together with those that stand, told as of this day and snapshot."""
    kept = _kept(connection, previous.folder / _WARNINGS).cast(found.schema)
    told = {
        "on": pa.array([on] * kept.num_rows, pa.date32()),
        "snapshot_digest": pa.array([digest] * kept.num_rows, pa.string()),
    }
    for name, values in told.items():
        kept = kept.set_column(kept.schema.get_field_index(name), found.schema.field(name), values)
    return _joined(kept, found, "household_key", "cause")


def outcomes_joined(connection: duckdb.DuckDBPyConnection, previous: Previous, found: pa.Table) -> pa.Table:
    """This function returns the outcomes of all households that some trigger does not clear."""
    return _joined(_kept(connection, previous.folder / OUTCOMES_FILE), found, "household_key")


def facts_join(connection: duckdb.DuckDBPyConnection, previous: Previous, warnings: pa.Table) -> None:
    """This function adds to `warned_facts` the stored rows of the households whose warnings stand."""
    connection.register("standing", warnings.select(["household_key"]))
    connection.register("stored", pq.read_table(previous.folder / _FACTS))
    connection.execute(
        "INSERT INTO warned_facts BY NAME SELECT stored.* FROM (SELECT stored.* FROM stored ANTI JOIN touched "
        "USING (household_key)) AS stored SEMI JOIN standing USING (household_key)"
    )
    connection.unregister("stored")


def outcomes_tally(outcomes: pa.Table) -> dict[str, tuple[int, int]]:
    """This function returns, for each trigger, the households it warns of and those it cannot decide."""
    names = [name for name in outcomes.column_names if name != "household_key"]
    columns = {name: outcomes.column(name) for name in names}
    return {name: (pc.sum(column).as_py() or 0, column.null_count) for name, column in columns.items()}
