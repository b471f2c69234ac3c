"""The snapshot in Spark: one typed view a table, and what is refused before a rule is applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from shouwang.engine.errors import SnapshotError
from shouwang.engine.schema import CODES, HANDLED, KEYS, SCREENED, TABLES
from shouwang.engine.snapshot import Opened
from shouwang.engine.spark.dialect import spark_sql, spark_type
from shouwang.engine.spark.places import Piece
from shouwang.engine.sqltext import sql_tree

# Types of Parquet that hold what a column declares; anything else is refused, never rounded or cut.
_HELD = {
    "BIGINT": ("tinyint", "smallint", "int", "bigint"),
    "INTEGER": ("tinyint", "smallint", "int", "bigint"),
    "VARCHAR": ("string",),
    "BOOLEAN": ("boolean",),
    "DATE": ("date",),
    "TIMESTAMP": ("timestamp", "timestamp_ntz"),
}
_WORDS = {
    "BIGINT": "整数",
    "INTEGER": "整数",
    "VARCHAR": "文字",
    "BOOLEAN": "是否",
    "DATE": "日期",
    "TIMESTAMP": "时间",
}
_ARROW = {"BIGINT": pa.int64(), "VARCHAR": pa.string()}


def _selected(frame: Any, piece: Piece) -> tuple[Any, list[str]]:
    """This function types the columns of a stored piece and returns it with the columns it lacks."""
    stored: dict[str, str] = dict(frame.dtypes)
    for key in KEYS[piece.table]:
        if key not in stored:
            raise SnapshotError(f"“{piece.folder}/{piece.table}”缺少必需的列“{key}”。")
    columns, missing = [], []
    for name, type_ in TABLES[piece.table].items():
        found = stored.get(name)
        if found is None:
            missing.append(f"{piece.table}.{name}")
        elif found not in (*_HELD[type_], "void"):
            raise SnapshotError(f"{piece.table} 表的“{name}”列应为{_WORDS[type_]}，文件里是 {found}。")
        columns.append(f"CAST({f'`{name}`' if found else 'NULL'} AS {spark_type(type_)}) AS `{name}`")
    return frame.selectExpr(*columns), missing


def _stored(session: Any, piece: Piece, is_small: bool) -> Any:
    if is_small:
        files = [pq.read_table(address.removeprefix("file://")) for address in piece.addresses]
        return session.createDataFrame(pa.concat_tables(files, promote_options="default"))
    return session.read.option("mergeSchema", "true").parquet(*piece.addresses)


def tables_open(session: Any, folders: Mapping[str, tuple[Piece, ...]], *, is_small: bool = False) -> Opened:
    """This function makes one typed view a table over all folders; missing tables are empty, and named.

    `is_small`: local files, which the driver reads itself.
    """
    pieces = [piece for found in folders.values() for piece in found]
    missing_tables, missing_columns = [], []
    for table in SCREENED:
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


_CODES = {place: allowed for place, allowed in CODES.items() if place[0] in SCREENED}
_DOUBLE = """
SELECT 'double household' AS name, CAST(min(household_key) AS VARCHAR) AS found
FROM (SELECT household_key FROM household GROUP BY household_key HAVING count(*) > 1) AS doubled
"""


def _survey() -> Iterable[exp.Expr]:
    for table in ("household", "person"):
        count = exp.cast(exp.Count(this=exp.Star()), "VARCHAR")
        yield exp.select(_named(f"count {table}"), exp.alias_(count, "found")).from_(table)
    for (table, column), allowed in _CODES.items():
        strange = exp.column(column).isin(*allowed).not_()
        first = exp.Min(this=exp.Case().when(strange, exp.column(column)))
        yield exp.select(_named(f"code {table} {column}"), exp.alias_(first, "found")).from_(table)
    yield sql_tree(_DOUBLE)


def _named(name: str) -> exp.Expr:
    return exp.alias_(exp.Literal.string(name), "name")


def tables_check(session: Any) -> dict[str, int]:
    """This function returns how many households and persons there are, once nothing is found to refuse.

    Refused: codes nobody declared, a household that stands twice. All questions go in one query.
    """
    rows = session.sql(spark_sql(exp.union(*_survey(), distinct=False))).collect()
    found = {row["name"]: row["found"] for row in rows}
    for (table, column), allowed in _CODES.items():
        code = found[f"code {table} {column}"]
        if code is not None:
            raise SnapshotError(f"{table} 表的“{column}”列有不认识的代码“{code}”，可用的有：{'、'.join(allowed)}。")
    if found["double household"] is not None:
        raise SnapshotError(f"household 表里户 {found['double household']} 出现了不止一次。")
    return {table: int(found[f"count {table}"]) for table in ("household", "person")}
