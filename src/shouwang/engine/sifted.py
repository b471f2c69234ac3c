"""A run through the sieve: the rules on the households they may concern, full fact rows for those warned of."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import duckdb
from sqlglot import exp

from shouwang.engine.schema import SCREENED, TABLES
from shouwang.engine.shape import Shape
from shouwang.engine.sieve import Sieve, sieve_build
from shouwang.engine.sqltext import DIALECT
from shouwang.engine.steps.facts import steps, typed_step
from shouwang.engine.steps.rules import evidence_step, flags_step, hits_step, outcome_step, warnings_step
from shouwang.rulebook.program import Program
from shouwang.rulebook.triggers import LARGEST

KEPT = tuple(table for table in SCREENED if "household_key" in TABLES[table])
FEW = 2  # rows are set apart when at most one household in so many is left


def statement(name: str, query: exp.Expr, kind: str) -> str:
    """This function renders the statement that makes a relation of a query."""
    return exp.Create(this=exp.to_table(name), kind=kind, expression=query).sql(dialect=DIALECT)


@lru_cache(maxsize=64)
def columns_used(shape: Shape) -> dict[str, tuple[str, ...]]:
    """This function returns the columns of each table that the steps read."""
    names = {column.name for tree in steps(shape).values() for column in tree.find_all(exp.Column)}
    return {table: tuple(name for name in TABLES[table] if name in names) for table in KEPT}


def rows_keep(connection: duckdb.DuckDBPyConnection, shape: Shape, tables: Iterable[str], *, of: str) -> None:
    """This function sets apart the rows of the households in a relation; the tables' names mean these from then on."""
    for table in tables:
        columns = [exp.column(name) for name in columns_used(shape)[table]]
        query = exp.select(*columns).from_(table).join(of, using=["household_key"], join_type="semi")
        connection.execute(statement(f"{table}_of_{of}", query, "TEMP TABLE"))
        view = exp.Create(this=exp.to_table(table), kind="VIEW", expression=exp.select("*").from_(f"{table}_of_{of}"),
                          replace=True)  # fmt: skip
        connection.execute(view.sql(dialect=DIALECT))


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    count: int = connection.execute(exp.select("count(*)").from_(name).sql(dialect=DIALECT)).fetchall()[0][0]
    return count


@lru_cache(maxsize=32)
def _stage_statements(sieve: Sieve) -> tuple[str, ...]:
    return tuple(statement(stage.name, stage.query, "TEMP TABLE") for stage in sieve.stages)


def sieve_apply(connection: duckdb.DuckDBPyConnection, sieve: Sieve, shape: Shape, *, households: int) -> str:
    """This function runs the stages and returns the relation with the households left and the facts they need."""
    kept = False
    for number, (stage, text) in enumerate(zip(sieve.stages, _stage_statements(sieve), strict=True)):
        before = sieve.stages[number - 1] if number else None
        if stage.is_dear and not kept and before is not None and before.drops:
            kept = _count(connection, before.name) * FEW <= households
            if kept:
                rows_keep(connection, shape, ["income"], of=before.name)
        connection.execute(text)
    return sieve.result


@lru_cache(maxsize=32)
def _judging(program: Program, shape: Shape, sieve: Sieve) -> tuple[str, ...]:
    typed = typed_step(program, shape, facts=sieve.result)
    if not any(rule.stated.value.cause == LARGEST for rule in program.triggers) and isinstance(typed, exp.Select):
        typed = typed.select(exp.alias_(exp.cast(exp.Null(), "VARCHAR"), "rigid_cause"))
    return (
        statement("judged_facts", typed, "VIEW"),
        statement("outcome", outcome_step(program, shape, facts="judged_facts"), "TEMP TABLE"),
        statement("hit", hits_step(program), "TEMP TABLE"),
        statement("hit_household", exp.select("household_key").distinct().from_("hit"), "TEMP TABLE"),
    )


@lru_cache(maxsize=32)
def _telling(program: Program, shape: Shape) -> tuple[str, ...]:
    views = {"totals", "base_facts"}
    typed = typed_step(program, shape, facts="base_facts")
    return (
        *(statement(name, query, "VIEW" if name in views else "TEMP TABLE") for name, query in steps(shape).items()),
        statement("warned_facts", typed, "TEMP TABLE"),
        statement("evidence", evidence_step(program), "TEMP TABLE"),
        statement("flag", flags_step(program, shape), "TEMP TABLE"),
    )


def rules_sift(connection: duckdb.DuckDBPyConnection, program: Program, shape: Shape, *, households: int) -> None:
    """This function leaves `outcome`, `hit`, `evidence`, `flag` and `warned_facts`, as the full steps would."""
    sieve = sieve_build(program, shape)
    sieve_apply(connection, sieve, shape, households=households)
    for text in _judging(program, shape, sieve):
        connection.execute(text)
    rows_keep(connection, shape, KEPT, of="hit_household")
    for text in _telling(program, shape):
        connection.execute(text)


@lru_cache(maxsize=1)
def warnings_query() -> str:
    """This function renders the last step."""
    return warnings_step().sql(dialect=DIALECT)
