"""Loads division tables into areas, by COPY, a level at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import connections, transaction

from shouwang.kit import divisions
from shouwang.kit.divisions import Division
from shouwang.people.rules import place_initials, place_name_short

TOP = 1
BOTTOM = 5

_STAGE = """
create temporary table division_stage (
    code bigint primary key, hi bigint not null, level smallint not null, official text not null, name text not null,
    initials text not null, full_name text not null, kind text not null, parent bigint
) on commit drop
"""
_ADD_AREAS = """
insert into people_area (level, lo, hi, name, initials, full_name, kind, parent_id, is_current)
select s.level, s.code, s.hi, s.name, s.initials, s.full_name, s.kind, p.id, true
from division_stage s left join people_area p on p.lo = s.parent and p.is_current and p.level < s.level
where s.level = %s and (s.parent is null or p.id is not null)
  and not exists (select 1 from people_area a where a.lo = s.code and a.level = s.level and a.is_current)
order by s.code
"""
_ADD_CODES = """
insert into people_areacode (area_id, code, name, parent_id, valid_from, valid_to, successor_id, scheme, source)
select a.id, lpad(a.lo::text, 12, '0'), s.official, a.parent_id, null, null, null, 'statistics', %s
from people_area a join division_stage s on s.code = a.lo and s.level = a.level
where a.is_current and not exists (select 1 from people_areacode c where c.area_id = a.id)
order by a.lo
"""


@dataclass(frozen=True)
class Loaded:
    """What a load added; areas that were there already are left as they are."""

    read: int
    added: int


def divisions_load(
    *,
    rows: Iterable[Division] | None = None,
    source: str = f"{divisions.DATA_SOURCE} {divisions.DATA_AS_OF}",
    using: str = "default",
    progress: Callable[[int], None] | None = None,
) -> Loaded:
    """This function adds the areas of a division table (the product's own by default) that are not there yet.

    Parents must be in the table or in the database. `progress` is called with the number of rows read so far.
    """
    table = divisions.load() if rows is None else rows
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(_STAGE)
        read = 0
        with cursor.copy("copy division_stage from stdin") as copy:
            for read, line in enumerate(_lines(table), start=1):
                copy.write_row(line)
                if progress is not None and read % 1000 == 0:
                    progress(read)
        cursor.execute("analyze division_stage")
        added = 0
        for level in range(TOP, BOTTOM + 1):
            cursor.execute(_ADD_AREAS, [level])
            added += cursor.rowcount
        cursor.execute(_ADD_CODES, [source[:200]])
        cursor.execute("drop table division_stage")
    return Loaded(read=read, added=added)


def _lines(table: Iterable[Division]) -> Iterator[tuple[object, ...]]:
    """This function renders the rows for COPY; full names are joined from the rows above, which must come first."""
    full_names: dict[int, str] = {0: ""}
    for row in table:
        name = place_name_short(row.name)
        full_name = full_names.get(row.parent, "") + name
        if row.level < BOTTOM:
            full_names[row.code] = full_name
        hi = divisions.slot_range(row.code)[1]
        yield (
            *(row.code, hi, row.level, row.name[:80], name[:80], place_initials(name), full_name[:200]),
            *(row.kind[:20], row.parent or None),
        )
