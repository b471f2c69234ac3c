"""Snapshots on disk: finding the tables, checking them, the digest, and opening them in DuckDB."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from shouwang.engine.cells import cells_unreadable, rows_twice, types_unfit
from shouwang.engine.errors import SnapshotError
from shouwang.engine.schema import HANDLED, KEYS, SCREENED, TABLES
from shouwang.engine.soundness import SnapshotFlawsError, flaws_find, questions
from shouwang.engine.sqltext import DIALECT

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class TableFile:
    """One stored piece of a table: a file, or a folder of Parquet files partitioned by county."""

    table: str
    path: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """The files themselves."""
        return tuple(sorted(self.path.rglob("*.parquet"))) if self.path.is_dir() else (self.path,)


def tables_find(folder: Path) -> tuple[TableFile, ...]:
    """This function lists the snapshot tables of a folder; Parquet goes before CSV where both stand."""
    if not folder.is_dir():
        raise SnapshotError(f"找不到目录“{folder}”。")
    found = []
    for table in TABLES:
        candidates = (folder / f"{table}.parquet", folder / table, folder / f"{table}.csv")
        path = next((path for path in candidates if path.is_file() or any(path.glob("**/*.parquet"))), None)
        if path is not None:
            found.append(TableFile(table, path))
    return tuple(found)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hashes(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): _sha256(path) for piece in tables_find(folder) for path in piece.files}


def _digest(hashes: dict[str, str]) -> str:
    return hashlib.sha256("".join(f"{name} {hashes[name]}\n" for name in sorted(hashes)).encode()).hexdigest()


def digest_agreed(hashes: dict[str, str], manifest: str | None, *, where: str) -> str:
    """This function returns the digest of files by their sha256: the manifest's, once all agree, or one of its own."""
    if manifest is None:
        return _digest(hashes)
    try:
        stated: dict[str, Any] = json.loads(manifest)
    except ValueError:
        raise SnapshotError(f"快照清单“{where}/{MANIFEST}”不是合格的 JSON。") from None
    listed = stated.get("sha256", {})
    for name, value in hashes.items():
        if name in listed and listed[name] != value:
            raise SnapshotError(f"快照文件“{where}/{name}”与清单不符，可能被改动过。")
    return str(stated.get("digest") or _digest(hashes))


def folder_digest(folder: Path) -> str:
    """This function returns a folder's digest: the manifest's, once every file agrees with it, or one of its own."""
    file = folder / MANIFEST
    manifest = file.read_text(encoding="utf-8") if file.is_file() else None
    return digest_agreed(_hashes(folder), manifest, where=str(folder))


def digests_joined(digests: Sequence[str]) -> str:
    """This function returns the digest of one or several folders read together."""
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def snapshot_digest(folders: Sequence[Path]) -> str:
    """This function returns the digest of one or several local folders read together."""
    return digests_joined([folder_digest(folder) for folder in folders])


def manifest_write(folder: Path, *, on: date) -> dict[str, Any]:
    """This function writes manifest.json of a finished snapshot: format, day, rows a table, sha256 a file, digest."""
    hashes = _hashes(folder)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")  # it would stand among what the command prints
        counts = {
            piece.table: _relation(connection, piece).count("*").fetchall()[0][0] for piece in tables_find(folder)
        }
    manifest = {"format": 1, "on": on.isoformat(), "counts": counts, "sha256": hashes, "digest": _digest(hashes)}
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def _relation(connection: duckdb.DuckDBPyConnection, piece: TableFile) -> duckdb.DuckDBPyRelation:
    names = [str(path) for path in piece.files]
    if piece.path.suffix == ".csv":
        return connection.read_csv(names[0], header=True, all_varchar=True)
    return connection.read_parquet(names, union_by_name=True)


@dataclass(frozen=True)
class Opened:
    """What opening found: tables that are missing (empty now), columns that are missing (unknown now)."""

    missing_tables: tuple[str, ...]
    missing_columns: tuple[str, ...]
    views: tuple[tuple[str, TableFile], ...] = ()  # each stored piece as it is, by the name of its view


def _cast(column: str, type_: str, present: bool, is_text: bool) -> exp.Expr:
    value: exp.Expr = exp.column(column) if present else exp.Null()
    if present and is_text:
        value = exp.Nullif(this=exp.func("trim", value), expression=exp.Literal.string(""))
    return exp.alias_(exp.cast(value, type_, dialect=DIALECT), column)


def _selected(connection: duckdb.DuckDBPyConnection, piece: TableFile, view: str) -> tuple[exp.Select, list[str]]:
    """This function makes a view of a stored piece and returns the query that types it, with the missing columns."""
    try:
        relation = _relation(connection, piece)
        columns = set(relation.columns)
    except duckdb.Error as error:
        raise SnapshotError(f"“{piece.path}”读不出来：{_first_line(error)}") from None
    lacking = [key for key in KEYS[piece.table] if key not in columns]
    if lacking:
        raise SnapshotError(f"“{piece.path}”缺少必需的列“{'”“'.join(lacking)}”。")
    relation.create_view(view)
    if piece.path.suffix != ".csv" and (flaws := types_unfit(connection, view, piece.table)):
        raise SnapshotFlawsError(flaws)
    wanted = TABLES[piece.table]
    is_text = piece.path.suffix == ".csv"
    query = exp.select(*(_cast(name, type_, name in columns, is_text) for name, type_ in wanted.items())).from_(view)
    return query, [f"{piece.table}.{name}" for name in wanted if name not in columns]


def table_query(connection: duckdb.DuckDBPyConnection, piece: TableFile, view: str) -> exp.Select:
    """This function makes a view of a stored piece and returns the query that types its columns."""
    return _selected(connection, piece, view)[0]


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200]


def _empty(table: str) -> exp.Select:
    columns = (_cast(name, type_, False, False) for name, type_ in TABLES[table].items())
    return exp.select(*columns).where(exp.false())


def snapshot_open(
    connection: duckdb.DuckDBPyConnection, folders: Sequence[Path], *, tables: Sequence[str] = SCREENED
) -> Opened:
    """This function makes one typed view a table over all folders; missing tables are empty, and named."""
    pieces = [piece for folder in folders for piece in tables_find(folder)]
    missing_tables, missing_columns, views = [], [], []
    for table in tables:
        queries = []
        for number, piece in enumerate(piece for piece in pieces if piece.table == table):
            view = f"{table}_file_{number}"
            query, missing = _selected(connection, piece, view)
            views.append((view, piece))
            queries.append(query)
            missing_columns.extend(missing)
        if not queries:
            missing_tables.append(table)
            queries = [_empty(table)]
        body: exp.Expr = queries[0] if len(queries) == 1 else exp.union(*queries, distinct=False)
        made = exp.Create(this=exp.to_table(table), kind="VIEW", expression=body)
        connection.execute(made.sql(dialect=DIALECT))
    if "household" in missing_tables:
        raise SnapshotError(f"“{folders[0]}”里没有 household 表（household.parquet 或 household.csv）。")
    return Opened(tuple(missing_tables), tuple(dict.fromkeys(missing_columns)), tuple(views))


def snapshot_check(connection: duckdb.DuckDBPyConnection, opened: Opened, *, tables: Sequence[str] = SCREENED) -> None:
    """This function refuses what no rule may see: unreadable cells, empty or doubled keys, orphans, unknown codes.

    Raises SnapshotFlawsError, which counts and names every flaw; cells that cannot be read are told first.
    """
    flaws = [flaw for view, piece in opened.views for flaw in cells_unreadable(connection, view, piece.table)]
    flaws += rows_twice(connection, [(view, piece.table) for view, piece in opened.views])
    if not flaws:
        asked = tuple(questions(tables, missing=opened.missing_columns))
        flaws = flaws_find(lambda query: connection.execute(query.sql(dialect=DIALECT)).fetchall(), asked)
    if flaws:
        raise SnapshotFlawsError(flaws)


def handled_open(connection: duckdb.DuckDBPyConnection, handled: Any) -> None:
    """This function makes the view of handled evidence, empty when there is none."""
    columns = (_cast(name, type_, handled is not None, False) for name, type_ in HANDLED.items())
    query = exp.select(*columns)
    if handled is None:
        query = query.where(exp.false())
    else:
        missing = [name for name in HANDLED if name not in handled.column_names]
        if missing:
            raise SnapshotError(f"已处理证据表缺少列：{'、'.join(missing)}。")
        connection.register("handled_given", handled)
        query = query.from_("handled_given")
    view = exp.Create(this=exp.to_table("handled"), kind="VIEW", expression=query.distinct())
    connection.execute(view.sql(dialect=DIALECT))
