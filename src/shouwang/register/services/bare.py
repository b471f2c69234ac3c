"""Tables without what costs most while millions of rows go in: references, exclusions and plain indexes.

All of it is put back before the transaction ends, when the database checks every row at once, which takes a fraction of
the time. Only the owner of the tables may do this, and nobody reads them meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connections

from shouwang.kit.errors import Refusal

WAIT = "10s"
_CONSTRAINTS = """
    select conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) from pg_constraint
    where conrelid = any(%s::regclass[]) and contype in ('f', 'x') order by contype desc, conname
"""
_INDEXES = """
    select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
    where indrelid = any(%s::regclass[]) and not indisunique
      and not exists (select 1 from pg_constraint where conindid = indexrelid) order by 1
"""


class TablesInUse(Refusal):
    """Somebody works with the tables."""

    sentence = "台账正在使用，这时不能整批装入：请先停止网页服务和后台任务，再装入。"


@contextmanager
def tables_bare(tables: Sequence[str], *, using: str) -> Iterator[None]:
    """This function strips tables for a load inside the caller's transaction; raises TablesInUse."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"set local lock_timeout = '{WAIT}'")
        cursor.execute("set local maintenance_work_mem = '256MB'")
        constraints, indexes = _listed(cursor, _CONSTRAINTS, tables), _listed(cursor, _INDEXES, tables)
        try:
            for table, name, _ in constraints:
                cursor.execute(f"alter table {table} drop constraint {name}")
            for name, _ in indexes:
                cursor.execute(f"drop index {name}")
        except OperationalError:
            raise TablesInUse from None
        yield
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f"alter table {table} add constraint {name} {definition}")


def _listed(cursor: Any, query: str, tables: Sequence[str]) -> list[tuple[str, ...]]:
    cursor.execute(query, [list(tables)])
    return list(cursor.fetchall())
