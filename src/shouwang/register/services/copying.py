"""Writing many rows fast: COPY into a temporary table, then INSERT … SELECT, since COPY knows no row-level security."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connections
from django.db.models import Model

BASE = ("slot", "source", "source_ref", "recorded_at")


def table_of(model: type[Model]) -> str:
    """This function returns the table of a model."""
    return model._meta.db_table


def rows_copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, using: str = "default") -> int:
    """This function inserts rows and returns how many; the database's own checks and walls hold for each.

    Values are None, bool, int, str, bytes, date, aware datetime; lists and dicts go in as JSON.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    staging = f"staged_{table}"
    # Names of our own tables and columns, never input.
    with connections[using].cursor() as cursor:
        cursor.execute(f"create temporary table {staging} on commit drop as select {names} from {table} limit 0")  # noqa: S608
        with cursor.copy(f"copy {staging} ({names}) from stdin") as copy:
            number = 0
            for row in rows:
                copy.write_row([_plain(value) for value in row])
                number += 1
        if number:
            cursor.execute(f"insert into {table} ({names}) select {names} from {staging}")  # noqa: S608
        cursor.execute(f"drop table {staging}")
    return number


def _plain(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_text)
    return value


def _text(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
