"""Cached facts: what the rules rest on, for every household of a snapshot, so that thresholds can be tried on it.

Facts depend on the snapshot, the day, the shape of the policy and the evidence handled, never on a threshold. One file
a combination, named by its digest and put in place when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from shouwang.engine.checked import has_passed, passed_remember, snapshot_digest_known
from shouwang.engine.errors import OutputFailed, RuleFailure, SnapshotError, is_of_writing
from shouwang.engine.shape import Shape, shape_of
from shouwang.engine.sieve import sieve_build
from shouwang.engine.snapshot import handled_open, snapshot_check, snapshot_open
from shouwang.engine.sqltext import DIALECT, quoted
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.program import program_compile

# Beside what the rules rest on: whom a warning concerns and what a household has paid, for those who count the cost.
ALONGSIDE = ("village_code", "member_count", "self_paid_all", "illness_self_paid", "study_self_paid",
             "disaster_self_paid", "accident_self_paid", "rigid_self_paid")  # fmt: skip


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """This function opens an embedded DuckDB that spills into a folder and touches nothing else."""
    connection = duckdb.connect()
    connection.execute(f"SET temp_directory = {quoted(str(folder / 'spill'))}")
    connection.execute("SET enable_progress_bar = false")
    return connection


def _handled_digest(handled: Any) -> str:
    if handled is None:
        return ""
    rows = sorted(zip(*(handled.column(name).to_pylist() for name in ("household_key", "table", "key")), strict=True))
    return hashlib.sha256(json.dumps(sorted(set(rows))).encode()).hexdigest()


@lru_cache(maxsize=32)
def _query(policy: Policy, shape: Shape) -> str:
    """This function renders the query of the facts; it says all that shapes them: day, windows, lists, codes."""
    (stage,) = sieve_build(program_compile(policy), shape, drops=False, alongside=ALONGSIDE).stages
    return stage.query.sql(dialect=DIALECT)


def cache_name(policy: Policy, shape: Shape, *, digest: str, handled: Any) -> str:
    """This function returns the name of the file that holds the facts."""
    text = "\n".join((digest, _handled_digest(handled), _query(policy, shape)))
    return f"facts-{hashlib.sha256(text.encode()).hexdigest()[:32]}.parquet"


def facts_cached(
    folders: Sequence[Path], policy: Policy, *, cache: Path, handled: pa.Table | None = None
) -> tuple[Path, str]:
    """This function returns the file with the facts and the digest of the snapshot; it is made when it is not there."""
    shape = shape_of(policy, on=policy.on)
    digest = snapshot_digest_known(folders)
    file = cache / cache_name(policy, shape, digest=digest, handled=handled)
    if file.is_file():
        return file, digest
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=".facts-", dir=cache) as name, connect(Path(name)) as connection:
        try:
            opened = snapshot_open(connection, folders)
            handled_open(connection, handled)
            if not has_passed(folders, digest):
                snapshot_check(connection, opened)
                passed_remember(folders, digest)
            _facts_write(connection, _query(policy, shape), Path(name) / file.name)
        except duckdb.ConversionException as error:
            raise SnapshotError(f"快照里有读不懂的值：{str(error).splitlines()[0][:200]}") from error
        except duckdb.Error as error:
            if is_of_writing(error):
                raise OutputFailed(error) from error
            raise RuleFailure(f"事实计算出错，没有留下任何结果：{str(error).splitlines()[0][:200]}") from error
        (Path(name) / file.name).replace(file)
    return file, digest


def facts_are_cached(
    folders: Sequence[Path], policy: Policy, *, cache: Path, handled: pa.Table | None = None
) -> bool:  # fmt: skip
    """This function tells whether the facts that a policy's thresholds are tried on have been made."""
    digest = snapshot_digest_known(folders)
    return (cache / cache_name(policy, shape_of(policy, on=policy.on), digest=digest, handled=handled)).is_file()


def _facts_write(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    options = "(FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE 61440)"
    ordered = f"SELECT * FROM ({query}) AS gathered ORDER BY household_key"  # noqa: S608 - a step of our own
    connection.execute(f"COPY ({ordered}) TO {quoted(str(file))} {options}")
