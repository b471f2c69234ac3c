"""Reads of oversight: joins what the rooms below show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shouwang.casework.selectors import LampCount, cases_visible_to, lamp_counts, lamp_totals, with_lamp
from shouwang.casework.selectors.progress import DayCount, FunnelStep, cases_in, day_counts, funnel_steps
from shouwang.people.access import Viewer
from shouwang.people.selectors import AreaRow, area_by_code, areas_below, top_area

DAYS = 14
LISTED = 10
FUNNEL_DAYS = 365
LOWEST = 5


@dataclass(frozen=True)
class AreaLamps:
    """One area below the one shown, with its lamps."""

    area: AreaRow
    lamps: LampCount


@dataclass(frozen=True)
class Screen:
    """Everything the screen shows of one area on one day."""

    area: AreaRow
    above: AreaRow | None
    totals: LampCount
    below: list[AreaLamps]
    days: list[DayCount]
    funnel: list[FunnelStep]
    since: date
    latest: list[Any]
    late: list[Any]
    late_count: int


def area_shown(viewer: Viewer, code: str) -> AreaRow | None:
    """This function returns the area of a code when the viewer may see all of it; no code: her own; else None."""
    if not code:
        return top_area(viewer)
    found = area_by_code(code)
    if found is None or not any(lo <= found.lo and found.hi <= hi for lo, hi in viewer.ranges):
        return None
    return found


def screen_of(viewer: Viewer, area: AreaRow, *, on: date) -> Screen:
    """This function gathers the screen of one area; every count is of cases in the viewer's sight."""
    level = min(area.level + 1, LOWEST)
    counts = {count.lo: count for count in lamp_counts(viewer, on, level) if area.lo <= count.lo <= area.hi}
    none = LampCount(0, 0, 0, 0, 0, 0)
    below = [AreaLamps(child, counts.get(child.lo, none)) for child in areas_below(area, level=level)]
    days = [on - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    since = on - timedelta(days=FUNNEL_DAYS - 1)
    mine = with_lamp(cases_in(viewer, lo=area.lo, hi=area.hi), on).prefetch_related("cause_rows")
    late = mine.filter(closed_on__isnull=True, due_on__lt=on)
    above = area_by_code(f"{area.parent_lo:012d}") if area.parent_lo is not None else None
    return Screen(
        area=area,
        above=above if above and any(lo <= above.lo and above.hi <= hi for lo, hi in viewer.ranges) else None,
        totals=lamp_totals(counts.values()),
        below=below,
        days=day_counts(viewer, lo=area.lo, hi=area.hi, days=days),
        funnel=funnel_steps(lo=area.lo, hi=area.hi, since=since, on=on),
        since=since,
        latest=list(mine.order_by("-opened_at", "-pk")[:LISTED]),
        late=list(late.order_by("due_on", "pk")[:LISTED]),
        late_count=cases_visible_to(viewer)
        .filter(slot__gte=area.lo, slot__lte=area.hi, closed_on__isnull=True, due_on__lt=on)
        .count(),
    )
