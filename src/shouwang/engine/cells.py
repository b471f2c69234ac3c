"""Stored columns and cells that do not hold what the schema declares: refused, never rounded, cut or guessed.

Parquet says its types: only those that hold every value of a column are taken. CSV is text: each cell is looked at.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import duckdb
from sqlglot import exp

from shouwang.engine.schema import TABLES
from shouwang.engine.soundness import KEYS_SHOWN, OWN_KEYS, TYPE_WORDS
from shouwang.engine.sqltext import DIALECT

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_HELD = {
    "BIGINT": _WHOLE,
    "INTEGER": _WHOLE,
    "VARCHAR": ("VARCHAR",),
    "BOOLEAN": ("BOOLEAN",),
    "DATE": ("DATE",),
    "TIMESTAMP": ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"),
}
_KEYLESS = ("income",)  # rows without a key: the same row in two files has been delivered twice


def _first(connection: duckdb.DuckDBPyConnection, query: exp.Expr) -> list[tuple[object, ...]]:
    return connection.execute(query.sql(dialect=DIALECT)).fetchall()


def _known_by(table: str, columns: Sequence[str], column: str) -> str | None:
    """This function returns the column that tells which row is meant, None when it is the faulty one or not there."""
    own = OWN_KEYS.get(table, "household_key")
    return own if own != column and own in columns else None


def types_unfit(connection: duckdb.DuckDBPyConnection, view: str, table: str) -> list[str]:
    """This function tells which columns of a Parquet file have values of a type that is not theirs, and how many."""
    relation = connection.view(view)
    stored = dict(zip(relation.columns, (str(type_) for type_ in relation.types), strict=True))
    found = []
    for column, type_ in TABLES[table].items():
        if column not in stored or stored[column] in _HELD[type_]:
            continue
        name = exp.column(column)
        whole = exp.TryCast(this=name.copy(), to=exp.DataType.build("BIGINT"))
        beyond = exp.CountIf(this=exp.and_(name.is_(exp.Null()).not_(), whole.is_(exp.Null())))
        ((count, outside),) = _first(connection, exp.select(exp.Count(this=name), beyond).from_(view))
        if count:  # a column without values has no type of its own
            more = f"，其中 {outside:,} 格超出 BIGINT" if outside and type_ == "BIGINT" else ""
            found.append(f"{table} 表的“{column}”列应为{TYPE_WORDS[type_]}，有 {count:,} 格是 {stored[column]}{more}")
    return found


def _unreadable(column: str, type_: str, stored: str) -> exp.Expr | None:
    """This function returns the condition of a cell that cannot be read, None where every cell can."""
    if stored == "VARCHAR":
        if type_ == "VARCHAR":
            return None
        text = exp.Nullif(this=exp.func("trim", exp.column(column)), expression=exp.Literal.string(""))
        if type_ in {"BIGINT", "INTEGER"}:  # a cast would round 1.5 and read 1e3
            plain = exp.Case().when(exp.func("regexp_full_match", text, exp.Literal.string("[+-]?[0-9]+")), text.copy())
            return exp.and_(text.copy().is_(exp.Null()).not_(), _cast(plain, type_).is_(exp.Null()))
        return exp.and_(text.is_(exp.Null()).not_(), _cast(text.copy(), type_).is_(exp.Null()))
    if type_ == "INTEGER" and stored in {"BIGINT", "UINTEGER"}:
        name = exp.column(column)
        return exp.and_(name.is_(exp.Null()).not_(), _cast(name.copy(), type_).is_(exp.Null()))
    return None


def _cast(value: exp.Expr, type_: str) -> exp.Expr:
    return exp.TryCast(this=value, to=exp.DataType.build(type_, dialect=DIALECT))


def cells_unreadable(connection: duckdb.DuckDBPyConnection, view: str, table: str) -> Iterator[str]:
    """This function yields, for each column of a stored piece, how many cells cannot be read, and the first rows."""
    relation = connection.view(view)
    stored = dict(zip(relation.columns, (str(type_) for type_ in relation.types), strict=True))
    bad = {
        column: condition
        for column, type_ in TABLES[table].items()
        if column in stored and (condition := _unreadable(column, type_, stored[column])) is not None
    }
    if not bad:
        return
    counts = exp.select(*(exp.CountIf(this=condition.copy()) for condition in bad.values())).from_(view)
    (row,) = _first(connection, counts)
    for (column, condition), count in zip(bad.items(), row, strict=True):
        if count:
            yield _told(connection, view, table, column, condition, f"{count:,}", list(stored))


def _told(
    connection: duckdb.DuckDBPyConnection,
    view: str,
    table: str,
    column: str,
    condition: exp.Expr,
    count: str,
    columns: Sequence[str],
) -> str:
    key = _known_by(table, columns, column)
    shown = [exp.column(column), exp.column(key) if key else exp.Null()]
    rows = _first(connection, exp.select(*shown).from_(view).where(condition).limit(KEYS_SHOWN))
    cells = "、".join(f"“{str(value)[:20]}”" for value, _ in rows)
    where = f"，{key}：{'、'.join(str(row) for _, row in rows)}" if key else ""
    return f"{table} 表的“{column}”列有 {count} 格读不懂，应为{TYPE_WORDS[TABLES[table][column]]}（{cells}{where}）"


def rows_twice(connection: duckdb.DuckDBPyConnection, views: Sequence[tuple[str, str]]) -> Iterator[str]:
    """This function yields how many rows of a table without keys stand in two files: they would be counted twice."""
    for table in _KEYLESS:
        pieces = [view for view, of in views if of == table]
        for one, other in itertools.pairwise(pieces):
            shared = [name for name in connection.view(one).columns if name in connection.view(other).columns]
            columns = [exp.column(name) for name in shared if name in TABLES[table]]
            both = exp.intersect(exp.select(*columns).from_(one), exp.select(*columns).from_(other))
            query = exp.select(exp.Count(this=exp.Star()), exp.Min(this=exp.column("household_key"))).from_(
                both.subquery("twice")
            )
            ((count, first),) = _first(connection, query)
            if count:
                yield f"{table} 表有 {count:,} 行在两个目录里各有一份，会重复计算（household_key：{first} 等）"
