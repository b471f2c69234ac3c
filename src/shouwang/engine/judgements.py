"""Judgements over households that raise no warning: what an exit requires, whom a sweep looks for, what is offered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from shouwang.engine.exits import exits_unknown
from shouwang.engine.shape import Shape, shape_of
from shouwang.engine.sqltext import DIALECT
from shouwang.kit.codes import WatchType
from shouwang.rulebook.conditions import evaluate
from shouwang.rulebook.conditions.emit import Emitter
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import Program, program_compile


def judged_step(program: Program, shape: Shape, *, facts: str) -> exp.Expr:
    """This function returns, for every household of typed facts, `judged_n`: the result of each judgement."""
    emitter = Emitter(on=shape.on)
    columns: list[exp.Expr] = [exp.column("household_key")]
    for number, rule in enumerate(program.judgements):
        result = emitter.sql(rule.when) if rule.when is not None else exp.true()
        columns.append(exp.alias_(result, f"judged_{number}"))
    return exp.select(*columns).from_(facts).order_by("household_key")


def households_judge(policy: Policy, facts: pa.Table) -> dict[int, list[bool | None]]:
    """This function returns each household's results, in the order of the program's judgements, by DuckDB."""
    program = program_compile(policy)
    with duckdb.connect() as connection:
        connection.register("facts", exits_unknown(facts))
        query = judged_step(program, shape_of(policy, on=policy.on), facts="facts")
        rows = connection.execute(query.sql(dialect=DIALECT)).fetchall()
    return {row[0]: list(row[1:]) for row in rows}


def household_judge(policy: Policy, facts: Mapping[str, Any], *, on: date) -> list[bool | None]:
    """This function returns one household's results by the scalar evaluator; `facts` hold its type."""
    return [
        True if rule.when is None else evaluate(rule.when, facts, on=on) for rule in program_compile(policy).judgements
    ]


def removal_open(
    policy: Policy, results: list[bool | None], *, watch_type: str | None, way: str | None = None
) -> list[tuple[str, bool | None]]:
    """This function returns the requirements of removal that do not hold or cannot be told, with their results.

    Those of one `way` of removal (HELP, SELF) only where it is that way.
    """
    return [
        (rule.stated.key, result)
        for rule, result in zip(program_compile(policy).judgements, results, strict=True)
        if rule.topic == "exit" and rule.when is not None and rule.stated.value.decides == "removal"
        and rule.stated.value.is_asked_of(watch_type, way) and result is not True
    ]  # fmt: skip


def identified_as(policy: Policy, results: list[bool | None]) -> list[str]:
    """This function returns the types for which every requirement of identification that data can settle holds."""
    asked: dict[str, list[bool | None]] = {}
    for rule, result in zip(program_compile(policy).judgements, results, strict=True):
        if rule.topic == "exit" and rule.when is not None and rule.stated.value.decides == "identification":
            for key in rule.stated.value.types or tuple(WatchType):
                asked.setdefault(key, []).append(result)
    return [str(key) for key, found in asked.items() if all(result is True for result in found)]


def picked(policy: Policy, results: list[bool | None], topic: str) -> list[str]:
    """This function returns the keys of a topic's judgements that hold."""
    rules = program_compile(policy).judgements
    return [rule.stated.key for rule, result in zip(rules, results, strict=True) if rule.topic == topic and result]
