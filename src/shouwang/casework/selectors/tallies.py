"""Kept counts: lamps of an area on any day, endings a day, days a stage took. What is not folded yet is added in.

Each is one statement over kept rows and changes, so that a fold in between is seen whole or not at all. It runs inside
`acting_as`; row-level security holds it to the viewer's areas.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from shouwang.casework.models import TallyFinding
from shouwang.casework.selectors.lamps import SIZE_OF_LEVEL, LampCount
from shouwang.casework.selectors.progress import DayCount
from shouwang.people.access import Viewer

LAMPS_SQL = """
select lo / %(size)s * %(size)s as place,
       sum(case when day = %(on)s then opened - brief else 0 end)::bigint as yellow,
       sum(opened)::bigint, sum(green)::bigint, sum(blue)::bigint, sum(grey)::bigint
from (
    select lo, day, opened, brief, green, blue, grey from casework_tally
    where level = %(level)s and lo between %(lo)s and %(hi)s and day <= %(on)s
    union all
    select lo, day, opened, brief, green, blue, grey from casework_tallychange
    where lo between %(lo)s and %(hi)s and day <= %(on)s
) kept group by 1 order by 1
"""
DAYS_SQL = """
select day, sum(opened)::bigint, sum(green)::bigint, sum(blue)::bigint
from (
    select lo, day, opened, green, blue from casework_tally
    where level = %(level)s and lo between %(lo)s and %(hi)s and day between %(first)s and %(last)s
    union all
    select lo, day, opened, green, blue from casework_tallychange
    where lo between %(lo)s and %(hi)s and day between %(first)s and %(last)s
) kept group by 1
"""
STAYS_SQL = """
select stage_name, tenths, sum(count)::bigint
from (
    select stage_name, tenths, count from casework_stay
    where level = %(level)s and lo between %(lo)s and %(hi)s and month >= %(since)s
    union all
    select stage_name, tenths, 1 from casework_staychange
    where lo between %(lo)s and %(hi)s and left_on >= %(since)s
) kept group by 1, 2 order by 1, 2
"""


def _kept_level(level: int) -> int:
    """This function returns the level at which counts are kept for an area: a city is the sum of its counties."""
    return min(max(level, 3), 5)


def lamps_kept(on: date, *, level: int, lo: int, hi: int) -> list[LampCount]:
    """This function returns the lamps on a day by area of a level inside a range, in code order, from kept counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            LAMPS_SQL,
            {"size": SIZE_OF_LEVEL[level], "level": _kept_level(level), "lo": lo, "hi": hi, "on": on},
        )
        rows = cursor.fetchall()
    return [
        LampCount(place, yellow, opened - yellow - green - blue - grey, green, blue, grey)
        for place, yellow, opened, green, blue, grey in rows
        if opened
    ]


def lamps_in_ranges(ranges: Iterable[tuple[int, int]], on: date) -> list[LampCount]:
    """This function returns the lamps on a day inside slot ranges, from kept counts, each row at a level of its own."""
    parts = [part for lo, hi in ranges for part in _whole_areas(lo, hi)]
    return [count for level, lo, hi in parts for count in lamps_kept(on, level=level, lo=lo, hi=hi)]


def _whole_areas(lo: int, hi: int, levels: Sequence[int] = (3, 4, 5)) -> list[tuple[int, int, int]]:
    """This function cuts a range into the counties, then the townships, then the villages that it holds whole."""
    if not levels or lo > hi:
        return []
    size, lower = SIZE_OF_LEVEL[levels[0]], levels[1:]
    first, end = -(-lo // size) * size, (hi + 1) // size * size
    if first >= end:
        return _whole_areas(lo, hi, lower)
    return [*_whole_areas(lo, first - 1, lower), (levels[0], first, end - 1), *_whole_areas(end, hi, lower)]


def days_kept(*, level: int, lo: int, hi: int, days: Sequence[date]) -> list[DayCount]:
    """This function returns openings and endings on each of some days in a row for an area, from kept counts."""
    asked: dict[str, Any] = {"level": _kept_level(level), "lo": lo, "hi": hi, "first": days[0], "last": days[-1]}
    with connection.cursor() as cursor:
        cursor.execute(DAYS_SQL, asked)
        found = {day: (opened, green, blue) for day, opened, green, blue in cursor.fetchall()}
    return [DayCount(day, *found.get(day, (0, 0, 0))) for day in days]


@dataclass(frozen=True)
class StageDays:
    """How long a stage took: how many cases left it, the median and the ninth decile in days."""

    name: str
    count: int
    median: float
    ninth: float


def quantile(histogram: Sequence[tuple[int, int]], numerator: int, denominator: int) -> int:
    """This function returns the nearest-rank quantile of (value, count) pairs in order; there must be some."""
    total = sum(count for _, count in histogram)
    rank = -(-total * numerator // denominator)  # the smallest value that so large a share does not exceed
    passed = 0
    for value, count in histogram:
        passed += count
        if passed >= rank:
            return value
    return histogram[-1][0]


def stages_kept(*, level: int, lo: int, hi: int, since: date) -> list[StageDays]:
    """This function returns how long each stage took the cases that left it since a month began, longest first."""
    asked: dict[str, Any] = {"level": _kept_level(level), "lo": lo, "hi": hi, "since": since.replace(day=1)}
    with connection.cursor() as cursor:
        cursor.execute(STAYS_SQL, asked)
        rows = cursor.fetchall()
    return sorted(_stages(rows), key=lambda stage: -stage.median)


def _stages(rows: Iterable[tuple[str, int, int]]) -> list[StageDays]:
    found: dict[str, list[tuple[int, int]]] = {}
    for name, tenths, count in rows:
        found.setdefault(name, []).append((tenths, count))
    return [
        StageDays(name, sum(count for _, count in pairs), quantile(pairs, 1, 2) / 10, quantile(pairs, 9, 10) / 10)
        for name, pairs in found.items()
    ]


def tally_findings(viewer: Viewer, *, lo: int, hi: int, since: date) -> int:
    """This function counts the areas and days in which the nightly recount differed from the kept counts lately."""
    found = TallyFinding.objects.filter(viewer.q(), slot__gte=lo, slot__lte=hi, at__date__gte=since)
    return found.count()
