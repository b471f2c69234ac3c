"""One household of a snapshot: its facts and warnings by the engine's own steps, without screening the others."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from shouwang.engine.errors import RuleFailure, SnapshotError
from shouwang.engine.freshness import feeds_judge
from shouwang.engine.result import FeedState
from shouwang.engine.run import FACTS_FILE, connect, facts_build, facts_store, rules_apply
from shouwang.engine.shape import shape_of
from shouwang.engine.sifted import KEPT, statement
from shouwang.engine.snapshot import handled_open, snapshot_open
from shouwang.engine.sqltext import DIALECT
from shouwang.engine.warnings import warnings_table
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import program_compile


@dataclass(frozen=True)
class Single:
    """What a run says of one household: its fact row by column, as a warning's `facts` holds it, and its warnings."""

    facts: dict[str, Any]
    warnings: tuple[dict[str, Any], ...]
    feeds: tuple[FeedState, ...]

    @property
    def stale(self) -> tuple[FeedState, ...]:
        """The deliveries that are late or never came."""
        return tuple(feed for feed in self.feeds if feed.is_stale)


def _narrow(connection: duckdb.DuckDBPyConnection, household_key: int) -> None:
    """This function leaves in every table the rows of one household."""
    for table in KEPT:
        rows = exp.select("*").from_(table).where(exp.column("household_key").eq(exp.Literal.number(household_key)))
        connection.execute(statement(f"{table}_of_one", rows, "TEMP TABLE"))
        view = exp.Create(this=exp.to_table(table), kind="VIEW", replace=True,
                          expression=exp.select("*").from_(f"{table}_of_one"))  # fmt: skip
        connection.execute(view.sql(dialect=DIALECT))


def household_screen(
    folders: Sequence[Path], policy: Policy, *, household_key: int, digest: str, handled: Any = None
) -> Single | None:
    """This function screens one household of a snapshot under a policy; None when the snapshot does not know it.

    The warnings are those of a full run, `digest` the snapshot's as they name it. Raises SnapshotError, RuleFailure.
    """
    program, shape = program_compile(policy), shape_of(policy, on=policy.on)
    with tempfile.TemporaryDirectory(prefix="shouwang-one-") as name, connect(Path(name)) as connection:
        try:
            snapshot_open(connection, folders)
            handled_open(connection, handled)
            feeds = feeds_judge(connection, policy, on=policy.on)
            _narrow(connection, household_key)
            facts_build(connection, shape)
            facts_store(connection, program, shape, Path(name) / FACTS_FILE)
            found = warnings_table(rules_apply(connection, program, shape), policy, program, snapshot_digest=digest)
            rows = connection.execute("SELECT to_json(facts) FROM facts").fetchall()
        except duckdb.ConversionException as error:
            raise SnapshotError(f"快照里有读不懂的值：{str(error).splitlines()[0][:200]}") from error
        except duckdb.Error as error:
            raise RuleFailure(f"规则计算出错：{str(error).splitlines()[0][:200]}") from error
    return Single(json.loads(rows[0][0]), tuple(found.to_pylist()), feeds) if rows else None
