"""Writing many rows fast: COPY into a temporary table, then INSERT … SELECT, since COPY knows no row-level security."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connections
from django.db.models import Model

BASE = ("slot", "source", "source_ref", "recorded_at")


JSON = frozenset({dict, list})


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
                copy.write_row([_plain(value) if type(value) in JSON else value for value in row])
                number += 1
        if number:
            cursor.execute(f"insert into {table} ({names}) select {names} from {staging}")  # noqa: S608
        cursor.execute(f"drop table {staging}")
    return number


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_text)


def _text(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


_YEARS = ("slot", "source", "source_ref", "recorded_at", "household_id", "kind", "amount_fen")
_SPREAD = """
    insert into register_income
        (slot, source, source_ref, recorded_at, household_id, kind, month, amount_fen, detail)
    select slot, source, source_ref || to_char(month, ':YYMM'), recorded_at, household_id, kind, month,
           div(amount_fen, 12) + case when number > 12 - mod(amount_fen, 12) then 1 else 0 end, ''
    from staged_years
    cross join lateral (
        select number, (%s::date + make_interval(months => number - 1))::date as month
        from generate_series(1, 12) number
    ) months
"""


def years_copy(rows: Sequence[Sequence[Any]], *, first: date, using: str = "default") -> int:
    """This function inserts yearly incomes as twelve months each, from `first` on, as `rules.spread` divides them.

    A row is (slot, source, reference, recorded_at, household, kind, fen of the year); returns the number of months.
    """
    if not rows:
        return 0
    names = ", ".join(_YEARS)
    with connections[using].cursor() as cursor:
        cursor.execute(
            "create temporary table staged_years on commit drop as"
            " select slot, source, source_ref, recorded_at, household_id, kind, amount_fen from register_income limit 0"
        )
        with cursor.copy(f"copy staged_years ({names}) from stdin") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_SPREAD, [first])
        cursor.execute("drop table staged_years")
    return 12 * len(rows)
