"""Keeping counts: folding what triggers wrote, and the nightly check against a recount by the batch role."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Any

from django.db import connection, connections, transaction

from shouwang.casework.models import TallyFinding
from shouwang.casework.selectors.funnel import COUNTED as STEPS
from shouwang.people.access import SYSTEM, acting_as

logger = logging.getLogger(__name__)
NAMES = ("opened", "brief", "green", "blue", "grey")
LISTED = 200
COUNTED = """
    select slot as lo, opened_on as day, 1 as opened, (closed_on is not distinct from opened_on)::int as brief,
           0 as green, 0 as blue, 0 as grey from casework_case
    union all
    select slot, closed_on, 0, 0, (outcome = 'HELPED')::int, (outcome = 'REJECTED')::int,
           (outcome not in ('HELPED', 'REJECTED'))::int from casework_case where closed_on is not null
"""
CHECK = f"""
with levels(level, size) as (values (3, 1000000::bigint), (4, 1000::bigint), (5, 1::bigint)),
counted as (
    select level, lo / size * size as lo, day, sum(opened) opened, sum(brief) brief, sum(green) green, sum(blue) blue,
           sum(grey) grey
    from ({COUNTED}) c, levels group by 1, 2, 3
),
kept as (
    select level, lo, day, sum(opened) opened, sum(brief) brief, sum(green) green, sum(blue) blue, sum(grey) grey
    from (
        select level, lo, day, opened, brief, green, blue, grey from casework_tally
        union all
        select level, lo / size * size, day, opened, brief, green, blue, grey from casework_tallychange, levels
    ) k group by 1, 2, 3
)
select coalesce(k.lo, c.lo), coalesce(k.day, c.day),
       coalesce(k.opened, 0), coalesce(k.brief, 0), coalesce(k.green, 0), coalesce(k.blue, 0), coalesce(k.grey, 0),
       coalesce(c.opened, 0), coalesce(c.brief, 0), coalesce(c.green, 0), coalesce(c.blue, 0), coalesce(c.grey, 0)
from kept k full join counted c on (k.level, k.lo, k.day) = (c.level, c.lo, c.day)
where (coalesce(k.opened, 0), coalesce(k.brief, 0), coalesce(k.green, 0), coalesce(k.blue, 0), coalesce(k.grey, 0))
   is distinct from
      (coalesce(c.opened, 0), coalesce(c.brief, 0), coalesce(c.green, 0), coalesce(c.blue, 0), coalesce(c.grey, 0))
order by 1, 2 limit {LISTED}
"""  # noqa: S608 - made of constants


FUNNEL_CHECK = f"""
with levels(level, size) as (values (1, 10000000000::bigint), (2, 100000000), (3, 1000000), (4, 1000)),
towns as (
    select lo / 1000 * 1000 as lo, month, step, tenths, sum(count) as count from ({STEPS}) s group by 1, 2, 3, 4
),
counted as (
    select level, lo / size * size as lo, month, step, tenths, sum(count) as count from towns, levels
    group by 1, 2, 3, 4, 5
),
kept as (
    select level, lo, month, step, tenths, sum(count) as count from (
        select level, lo, month, step, tenths, count from casework_funnel
        union all
        select level, lo / size * size, month, step, tenths, count from casework_funnelchange, levels
    ) k group by 1, 2, 3, 4, 5
)
select lo, month, json_object_agg(step || ' ' || tenths, coalesce(k.count, 0)),
       json_object_agg(step || ' ' || tenths, coalesce(c.count, 0))
from kept k full join counted c using (level, lo, month, step, tenths)
where coalesce(k.count, 0) <> coalesce(c.count, 0) group by level, lo, month order by 1, 2 limit {LISTED}
"""  # noqa: S608 - made of constants


def tallies_fold() -> None:
    """This function adds the changes of the last minute to the kept counts (worker only)."""
    for function in ("casework_tallies_fold", "casework_funnel_fold"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"select {function}()")


def tallies_check(*, at: datetime) -> int:
    """This function recounts all cases under the batch role, writes a finding for each difference and mends the counts.

    Kept counts and recount come from one statement, so that work going on meanwhile is no difference. Returns how many
    areas and days (of the funnel: months) differed, at most as many as are listed.
    """
    with connections["batch"].cursor() as cursor:
        cursor.execute(CHECK)
        rows = cursor.fetchall()
        cursor.execute(FUNNEL_CHECK)
        months = cursor.fetchall()
    if rows:
        _mend("casework_tallies_rebuild", [_finding(row, at) for row in rows])
    if months:
        found = [TallyFinding(slot=lo, day=month, kept=k, counted=c, at=at) for lo, month, k, c in months]
        _mend("casework_funnel_rebuild", found)
    return len(rows) + len(months)


def _mend(function: str, found: list[TallyFinding]) -> None:
    """This function writes findings down and has the kept counts made anew by a function of the database."""
    logger.error("kept counts differ from a recount in %s areas and days", len(found))
    with acting_as(SYSTEM):
        TallyFinding.objects.bulk_create(found)
        with connection.cursor() as cursor:
            cursor.execute(f"select {function}()")


def _finding(row: tuple[Any, ...], at: datetime) -> TallyFinding:
    lo: int = row[0]
    day: date = row[1]
    kept, counted = (dict(zip(NAMES, map(int, part), strict=True)) for part in (row[2:7], row[7:12]))
    return TallyFinding(slot=lo, day=day, kept=kept, counted=counted, at=at)
