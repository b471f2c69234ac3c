"""The data-quality checks on Spark, as far as their cases need them: every row of every level with every result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlglot import exp

from shouwang.engine.schema import TABLES
from shouwang.engine.shape import shape_of
from shouwang.engine.spark.failures import spark_errors
from shouwang.engine.spark.places import Storage, address_of, pieces_find
from shouwang.engine.spark.plan import Plan
from shouwang.engine.spark.run import facts_state
from shouwang.engine.spark.tables import handled_open, tables_check, tables_open
from shouwang.engine.steps.checks import KEYS, check_steps
from shouwang.rulebook.check_program import checks_compile
from shouwang.rulebook.checks import Over
from shouwang.rulebook.conditions.emit import Emitter
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import program_compile

# Steps that several others name: their rows are kept.
_SHARED = ("check_household_base", "check_person_base", "check_members", "check_household", "check_person")


def checked_rows(session: Any, folder: Path, policy: Policy) -> Mapping[Over, pa.Table]:
    """This function returns the rows of each level, in order of their keys, as the conditions of a policy see them.

    `result_n` is the result of the level's n-th check. For a snapshot of some hundred rows, as the cases make.
    """
    address, shape, program = address_of(folder), shape_of(policy, on=policy.on), checks_compile(policy)
    own = session.newSession()
    with spark_errors():
        plan = Plan(own, is_small=True)
        pieces = pieces_find(Storage(own), address, tables=tuple(TABLES))
        opened = tables_open(own, {address: pieces}, is_small=True, tables=tuple(TABLES))
        handled_open(own, None)
        tables_check(own, opened, tables=tuple(TABLES))
        facts_state(plan, program_compile(policy), shape)
        plan.keep("facts", exp.select("*").from_("facts"))
        for name, query in check_steps(program, shape, missing=opened.missing_tables).items():
            (plan.keep if name in _SHARED else plan.state)(name, query)
        emitter, found = Emitter(on=shape.on), {}
        for over in Over:
            results = [exp.alias_(emitter.sql(rule.when), f"result_{n}") for n, rule in enumerate(program.of(over))]
            found[over] = plan.table(exp.select("*", *results).from_(f"check_{over}").order_by(*KEYS[over]))
    return found
