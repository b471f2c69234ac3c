"""The funnel: how many cases came how far, and how long each step took, from kept counts.

Counts are kept by month of opening for provinces down to townships; a village is counted from its cases. One statement
over kept rows and changes, as in `tallies`; it runs inside `acting_as`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from shouwang.casework.selectors.progress import PASSED
from shouwang.casework.selectors.tallies import quantile

LOWEST_KEPT = 4
MONTHS = 12
UNKNOWN = -1  # tenths of a day where the step before was not taken


def _tenths(since: str, until: str) -> str:
    took = f"{until} - {since}"
    return (
        f"case when {took} is null then {UNKNOWN} else greatest(0, floor(extract(epoch from {took}) / 8640))::int end"
    )


# Every step that a case took, as the trigger writes it.
COUNTED = f"""
select c.slot as lo, date_trunc('month', c.opened_on)::date as month, s.step, s.tenths, 1 as count
from casework_case c cross join lateral (values
    ('opened', {UNKNOWN}, true),
    ('sent', {_tenths("c.opened_at", "c.sent_at")}, c.sent_at is not null),
    ('approved', {_tenths("c.sent_at", "c.approved_at")}, c.approved_at is not null),
    ('assisted', {_tenths("coalesce(c.approved_at, c.sent_at)", "c.assisted_at")}, c.assisted_at is not null),
    ('green', {_tenths("c.assisted_at", "c.closed_at")}, c.outcome = 'HELPED')
) s(step, tenths, is_taken) where s.is_taken and not c.is_removal
"""  # noqa: S608 - made of names of columns
WHERE = "lo between %(lo)s and %(hi)s and month >= %(since)s"
KEPT_SQL = f"""
select step, tenths, sum(count)::bigint from (
    select step, tenths, count from casework_funnel where level = %(level)s and {WHERE}
    union all
    select step, tenths, count from casework_funnelchange where {WHERE}
) kept group by 1, 2 having sum(count) <> 0 order by 1, 2
"""  # noqa: S608 - made of constants
COUNTED_SQL = f"""
select step, tenths, sum(count)::bigint from (
    {COUNTED} and c.slot between %(lo)s and %(hi)s and c.opened_on >= %(since)s
) counted group by 1, 2 order by 1, 2
"""  # noqa: S608 - made of constants


@dataclass(frozen=True)
class FunnelStep:
    """How many cases passed a step, and the median days since the step before (None: nobody did)."""

    key: str
    name: str
    count: int
    median_days: float | None


def funnel_since(on: date) -> date:
    """This function returns the first day of the twelve months that end with the month of a day."""
    months = on.year * 12 + on.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def funnel_kept(*, level: int, lo: int, hi: int, since: date) -> list[FunnelStep]:
    """This function returns how far the cases came that were opened in an area since a month began.

    The median is of the nearest rank, exact to a tenth of a day and rounded down.
    """
    return _steps(_rows(KEPT_SQL if level <= LOWEST_KEPT else COUNTED_SQL, level=level, lo=lo, hi=hi, since=since))


def funnel_counted(*, lo: int, hi: int, since: date) -> list[FunnelStep]:
    """This function returns the same from the cases themselves, which the kept counts must equal."""
    return _steps(_rows(COUNTED_SQL, level=LOWEST_KEPT, lo=lo, hi=hi, since=since))


def _rows(sql: str, **asked: int | date) -> list[tuple[str, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return cursor.fetchall()


def _steps(rows: Iterable[tuple[str, int, int]]) -> list[FunnelStep]:
    found: dict[str, list[tuple[int, int]]] = {}
    for step, tenths, count in rows:
        found.setdefault(step, []).append((tenths, count))
    return [_step(key, name, found.get(key or "opened", [])) for key, name in {"": "预警", **PASSED}.items()]


def _step(key: str, name: str, pairs: list[tuple[int, int]]) -> FunnelStep:
    known = [(tenths, count) for tenths, count in pairs if tenths != UNKNOWN]
    return FunnelStep(key, name, sum(count for _, count in pairs), quantile(known, 1, 2) / 10 if known else None)
