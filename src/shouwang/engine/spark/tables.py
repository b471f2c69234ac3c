"""The snapshot in Spark: one typed view a table, and what is refused before a rule is applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from shouwang.engine.errors import SnapshotError
from shouwang.engine.schema import HANDLED, KEYS, SCREENED, TABLES
from shouwang.engine.snapshot import Opened
from shouwang.engine.soundness import TYPE_WORDS, SnapshotFlawsError, flaws_find, questions
from shouwang.engine.spark.dialect import spark_sql, spark_type
from shouwang.engine.spark.places import Piece

# Types of Parquet that hold what a column declares; anything else is refused, never rounded or cut.
_HELD = {
    "BIGINT": ("tinyint", "smallint", "int", "bigint"),
    "INTEGER": ("tinyint", "smallint", "int", "bigint"),
    "VARCHAR": ("string",),
    "BOOLEAN": ("boolean",),
    "DATE": ("date",),
    "TIMESTAMP": ("timestamp", "timestamp_ntz"),
}
_ARROW = {"BIGINT": pa.int64(), "VARCHAR": pa.string()}


def _selected(frame: Any, piece: Piece) -> tuple[Any, list[str]]:
    """This function types the columns of a stored piece and returns it with the columns it lacks."""
    stored: dict[str, str] = dict(frame.dtypes)
    lacking = [key for key in KEYS[piece.table] if key not in stored]
    if lacking:
        raise SnapshotError(f"“{piece.folder}/{piece.table}”缺少必需的列“{'”“'.join(lacking)}”。")
    columns, missing, unfit = [], [], {}
    for name, type_ in TABLES[piece.table].items():
        found = stored.get(name)
        if found is None:
            missing.append(f"{piece.table}.{name}")
        elif found not in (*_HELD[type_], "void"):
            unfit[name] = (TYPE_WORDS[type_], found)
        columns.append(f"CAST({f'`{name}`' if found else 'NULL'} AS {spark_type(type_)}) AS `{name}`")
    if unfit:
        _refuse_types(frame, piece.table, unfit)
    return frame.selectExpr(*columns), missing


def _refuse_types(frame: Any, table: str, unfit: Mapping[str, tuple[str, str]]) -> None:
    """This function raises SnapshotFlawsError where columns of a wrong type hold anything."""
    counts = frame.selectExpr(*(f"count(`{name}`) AS `{name}`" for name in unfit)).collect()[0]
    flaws = [
        f"{table} 表的“{name}”列应为{wanted}，有 {counts[name]:,} 格是 {found.upper()}"
        for name, (wanted, found) in unfit.items()
        if counts[name]
    ]
    if flaws:
        raise SnapshotFlawsError(flaws)


def _stored(session: Any, piece: Piece, is_small: bool) -> Any:
    if is_small:
        files = [pq.read_table(address.removeprefix("file://")) for address in piece.addresses]
        return session.createDataFrame(pa.concat_tables(files, promote_options="default"))
    return session.read.option("mergeSchema", "true").parquet(*piece.addresses)


def tables_open(
    session: Any, folders: Mapping[str, tuple[Piece, ...]], *, is_small: bool = False, tables: Sequence[str] = SCREENED
) -> Opened:
    """This function makes one typed view a table over all folders; missing tables are empty, and named.

    `is_small`: local files, which the driver reads itself.
    """
    pieces = [piece for found in folders.values() for piece in found]
    missing_tables, missing_columns = [], []
    for table in tables:
        whole = None
        for piece in (piece for piece in pieces if piece.table == table):
            frame, missing = _selected(_stored(session, piece, is_small), piece)
            missing_columns.extend(missing)
            whole = frame if whole is None else whole.unionAll(frame)
        if whole is None:
            missing_tables.append(table)
            whole = _empty(session, TABLES[table])
        whole.createOrReplaceTempView(table)
    if "household" in missing_tables:
        raise SnapshotError(f"“{next(iter(folders))}”里没有 household 表（household.parquet）。")
    return Opened(tuple(missing_tables), tuple(dict.fromkeys(missing_columns)))


def _empty(session: Any, columns: Mapping[str, str]) -> Any:
    return session.createDataFrame([], ", ".join(f"`{name}` {spark_type(type_)}" for name, type_ in columns.items()))


def handled_open(session: Any, handled: pa.Table | None) -> None:
    """This function makes the view of handled evidence, empty when there is none."""
    if handled is None or handled.num_rows == 0:
        _empty(session, HANDLED).createOrReplaceTempView("handled")
        return
    missing = [name for name in HANDLED if name not in handled.column_names]
    if missing:
        raise SnapshotError(f"已处理证据表缺少列：{'、'.join(missing)}。")
    typed = handled.select(list(HANDLED)).cast(pa.schema([(name, _ARROW[type_]) for name, type_ in HANDLED.items()]))
    session.createDataFrame(typed).distinct().createOrReplaceTempView("handled")


def tables_check(session: Any, opened: Opened, *, tables: Sequence[str] = SCREENED) -> dict[str, int]:
    """This function returns how many households and persons there are, once nothing is found to refuse.

    All questions go in one query; raises SnapshotFlawsError, which counts and names every flaw.
    """
    asked = tuple(questions(tables, missing=opened.missing_columns))
    flaws = flaws_find(lambda query: session.sql(spark_sql(query)).collect(), asked)
    if flaws:
        raise SnapshotFlawsError(flaws)
    counts = exp.union(*(_count(table) for table in ("household", "person")), distinct=False)
    return {row["name"]: row["rows"] for row in session.sql(spark_sql(counts)).collect()}


def _count(table: str) -> exp.Select:
    name = exp.alias_(exp.Literal.string(table), "name")
    return exp.select(name, exp.alias_(exp.Count(this=exp.Star()), "rows")).from_(table)
