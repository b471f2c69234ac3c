"""Row-level security as migration operations: the second wall.

Every table with area-bound or personal rows calls `scoped` in the migration that creates it. The policies read the
settings that `people.access.acting_as` writes; no setting means no rows.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import migrations

from shouwang.people.access import READS_REGISTER, Kind

APP = "shouwang_app"
BATCH = "shouwang_batch"

__all__ = ["APP", "BATCH", "READS_REGISTER", "in_scope", "insert_only", "of_kinds", "scoped", "setting"]


def setting(name: str, cast: str = "text") -> str:
    """This function returns the SQL that reads one setting of the scope; null when it is not set."""
    # Wrapped in a select, a setting is read once a statement, not once a row.
    return f"(select nullif(current_setting('sw.{name}', true), '')::{cast})"


def in_scope(slot: str) -> str:
    """This function returns the SQL condition that a slot column lies in one of the viewer's ranges."""
    # One subselect, however many ranges: each costs some microseconds of planning on every table of every statement.
    # The coalesce tells the planner to expect half the rows instead of a thousandth.
    return f"coalesce({slot} <@ {setting('ranges', 'int8multirange')}, false)"


def of_kinds(kinds: Iterable[Kind]) -> str:
    """This function returns the SQL condition that the viewer's organisation is of one of these kinds."""
    names = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    return f"{setting('kind')} in ({names})"


def granted(household: str) -> str:
    """This function returns the SQL condition that a live task grant opens this household to the viewer."""
    return (
        f"exists (select 1 from people_taskgrant g where g.household_id = {household}"  # noqa: S608 - names of columns
        f" and g.organisation_id = {setting('organisation', 'bigint')} and g.until > now())"
    )


def scoped(
    table: str,
    *,
    slot: str | None = "slot",
    kinds: Iterable[Kind] | None = READS_REGISTER,
    own_organisation: str | None = None,
    grant: str | None = None,
    also: str | None = None,
    also_read: str | None = None,
) -> list[migrations.RunSQL]:
    """This function returns the operations that wall a table.

    A row is seen and written when its `slot` is in the viewer's ranges and the viewer's kind is in `kinds` (None: any
    kind), or when its `own_organisation` column is the viewer's organisation, or when `also` (SQL over the row) holds.
    SYSTEM is held to its ranges like everybody else, and also sees rows whose slot is not known yet.
    `grant` names the household id column through which live task grants make the row readable, never writable;
    `also_read` is SQL that makes it readable, never writable. The batch role reads everything.
    """
    write = []
    if slot is not None:
        area = in_scope(slot)
        write.append(f"({area} and {of_kinds(kinds)})" if kinds is not None else area)
    if own_organisation is not None:
        write.append(f"({own_organisation} = {setting('organisation', 'bigint')})")
    if also is not None:
        write.append(f"({also})")
    if slot is None:
        write.append(f"({setting('kind')} = 'SYSTEM')")
    else:
        write.append(f"({setting('kind')} = 'SYSTEM' and ({slot} is null or {in_scope(slot)}))")
    read = list(write)
    if grant is not None:
        # Qualified, or the subquery would take its own column of that name and open every row to any grant.
        read.append(f"({granted(grant if '.' in grant else f'{table}.{grant}')})")
    if also_read is not None:
        read.append(f"({also_read})")
    reads, writes = " or ".join(read), " or ".join(write)
    forward = f"""
        alter table {table} enable row level security;
        create policy {table}_read on {table} for select to {APP} using ({reads});
        create policy {table}_add on {table} for insert to {APP} with check ({writes});
        create policy {table}_change on {table} for update to {APP} using ({writes}) with check ({writes});
        create policy {table}_remove on {table} for delete to {APP} using ({writes});
        create policy {table}_batch on {table} for select to {BATCH} using (true);
    """
    backward = f"""
        drop policy {table}_read on {table}; drop policy {table}_add on {table};
        drop policy {table}_change on {table}; drop policy {table}_remove on {table};
        drop policy {table}_batch on {table}; alter table {table} disable row level security;
    """
    return [migrations.RunSQL(forward, backward)]


def insert_only(table: str) -> list[migrations.RunSQL]:
    """This function returns the operations that let the web role add rows to a table but never change or remove one."""
    return [
        migrations.RunSQL(
            f"revoke update, delete, truncate on {table} from {APP};",
            f"grant update, delete on {table} to {APP};",
        )
    ]
