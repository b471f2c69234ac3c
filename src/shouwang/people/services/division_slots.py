"""The slot columns of every room, found in Django's registry, and moving their rows to new codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from psycopg import sql

from shouwang.kit import divisions
from shouwang.people.services.division_plan import ChangeRefused


@dataclass(frozen=True)
class SlotColumn:
    """A column that holds the current code of a place."""

    table: str
    column: str


def slot_columns() -> list[SlotColumn]:
    """This function returns every `slot`, `…_slot` and `slot_…` column of the rooms' tables, in table order."""
    found = [
        SlotColumn(model._meta.db_table, field.name)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.BigIntegerField) and "slot" in field.name.split("_")
    ]
    return sorted(found, key=lambda column: (column.table, column.column))


def tables_lock(cursor: Any, columns: list[SlotColumn]) -> None:
    """This function keeps writers off the tables until the transaction ends; readers go on reading."""
    tables = sorted({column.table for column in columns} | {"people_area", "people_areacode"})
    names = sql.SQL(", ").join(sql.Identifier(table) for table in tables)
    cursor.execute(sql.SQL("lock table {} in share row exclusive mode").format(names))


def moves_stage(cursor: Any, slots: Mapping[int, int]) -> None:
    """This function writes the old and new codes into a temporary table of the transaction."""
    cursor.execute("create temporary table division_move (old bigint primary key, new bigint) on commit drop")
    with cursor.copy("copy division_move from stdin") as copy:
        for old, new in slots.items():
            copy.write_row((old, new))
    cursor.execute("analyze division_move")


def rows_check(cursor: Any, columns: list[SlotColumn], ranges: list[tuple[int, int]]) -> None:
    """This function refuses a change that leaves a row of a room nowhere; raises ChangeRefused."""
    for column in columns:
        for lo, hi in ranges:
            query = sql.SQL(
                "select {column}, count(*) from {table} t where {column} between %s and %s"
                " and not exists (select 1 from division_move m where m.old = t.{column})"
                " group by 1 order by 1 limit 1"
            ).format(column=sql.Identifier(column.column), table=sql.Identifier(column.table))
            cursor.execute(query, [lo, hi])
            left = cursor.fetchone()
            if left is not None:
                raise ChangeRefused(
                    f"这次变更会让记录没有去处：{divisions.text(left[0])} 之下还有 {left[1]} 条记录（{column.table}），"
                    "请在变更文件里写明这个地方改到哪里。没有作任何改动。"
                )


def rows_move(cursor: Any, columns: list[SlotColumn]) -> dict[str, int]:
    """This function gives every row its new code and returns how many moved, by table and column."""
    moved = {}
    for column in columns:
        query = sql.SQL(
            "update {table} t set {column} = m.new from division_move m where t.{column} = m.old and m.old <> m.new"
        ).format(column=sql.Identifier(column.column), table=sql.Identifier(column.table))
        cursor.execute(query)
        if cursor.rowcount:
            moved[f"{column.table}.{column.column}"] = cursor.rowcount
    return moved
