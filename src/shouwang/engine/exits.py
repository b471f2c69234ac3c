"""What the requirements of an exit read beside the facts of a screening, from the files of a snapshot."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from shouwang.engine.run import connect
from shouwang.engine.schema import TABLES
from shouwang.engine.shape import shape_of
from shouwang.engine.snapshot import snapshot_open
from shouwang.engine.sqltext import DIALECT
from shouwang.engine.steps.exits import exit_steps
from shouwang.rulebook.exit_facts import STORED_FACTS
from shouwang.rulebook.facts import Kind
from shouwang.rulebook.policy import Policy

_ARROW = {Kind.SET: pa.list_(pa.string()), Kind.DATE: pa.date32()}


def exit_facts(folder: Path, policy: Policy, facts: pa.Table) -> pa.Table:
    """This function returns the facts of a screening with those of an exit beside them, in order of household."""
    shape = shape_of(policy, on=policy.on)
    with tempfile.TemporaryDirectory(prefix="shouwang-exits-") as name, connect(Path(name)) as connection:
        opened = snapshot_open(connection, [folder], tables=tuple(TABLES))
        connection.register("facts", facts)
        for step, query in exit_steps(shape, missing=opened.missing_tables).items():
            made = exp.Create(this=exp.to_table(step), kind="VIEW", expression=query)
            connection.execute(made.sql(dialect=DIALECT))
        return connection.sql("SELECT * FROM exit_facts").to_arrow_table()


def exits_unknown(facts: pa.Table) -> pa.Table:
    """This function returns facts with every column that an exit reads; those that are missing are unknown."""
    for fact in STORED_FACTS:
        if fact.column not in facts.column_names:
            type_ = _ARROW.get(fact.kind, pa.int64())
            facts = facts.append_column(fact.column, pa.nulls(facts.num_rows, type_))
    return facts
