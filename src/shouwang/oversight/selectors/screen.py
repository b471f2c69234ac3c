"""Reads of oversight: joins what the rooms below show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shouwang.assistance.selectors import AidCount, aid_count, aids_in
from shouwang.casework.selectors import LampCount, cases_visible_to, lamp_totals, with_lamp
from shouwang.casework.selectors.funnel import FunnelStep, funnel_kept, funnel_since
from shouwang.casework.selectors.progress import DayCount, cases_in
from shouwang.casework.selectors.tallies import StageDays, days_kept, lamps_kept, stages_kept, tally_findings
from shouwang.people.access import Viewer
from shouwang.people.selectors import AreaRow, area_by_code, areas_below, top_area

DAYS = 14
LISTED = 10
YEAR_DAYS = 365
FINDING_DAYS = 7
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
    funnel_since: date
    since: date
    latest: list[Any]
    late: list[Any]
    late_count: int
    stages: list[StageDays]
    is_past: bool
    differed: int
    aid: AidCount


def area_shown(viewer: Viewer, code: str) -> AreaRow | None:
    """This function returns the area of a code when the viewer may see all of it; no code: her own; else None."""
    if not code:
        return top_area(viewer)
    found = area_by_code(code)
    if found is None or not any(lo <= found.lo and found.hi <= hi for lo, hi in viewer.ranges):
        return None
    return found


def screen_of(viewer: Viewer, area: AreaRow, *, on: date, today: date) -> Screen:
    """This function gathers the screen of one area on a day; every count is of cases in the viewer's sight.

    Lamps, trend, funnel and days per stage come from kept counts. On an earlier day lists and funnel, which say what is
    now, are left out; places are those of today.
    """
    is_past = on < today
    level = min(area.level + 1, LOWEST)
    counts = {count.lo: count for count in lamps_kept(on, level=level, lo=area.lo, hi=area.hi)}
    none = LampCount(0, 0, 0, 0, 0, 0)
    below = [AreaLamps(child, counts.get(child.lo, none)) for child in areas_below(area, level=level)]
    days = [on - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    since = on - timedelta(days=YEAR_DAYS - 1)
    mine = with_lamp(cases_in(viewer, lo=area.lo, hi=area.hi), on).prefetch_related("cause_rows")
    open_late = cases_visible_to(viewer).filter(
        slot__gte=area.lo, slot__lte=area.hi, closed_on__isnull=True, due_on__lt=on
    )  # removals, too: what is late is late
    late = with_lamp(open_late, on).prefetch_related("cause_rows")
    above = area_by_code(f"{area.parent_lo:012d}") if area.parent_lo is not None else None
    return Screen(
        area=area,
        above=above if above and any(lo <= above.lo and above.hi <= hi for lo, hi in viewer.ranges) else None,
        totals=lamp_totals(counts.values()),
        below=below,
        days=days_kept(level=area.level, lo=area.lo, hi=area.hi, days=days),
        funnel=[] if is_past else funnel_kept(level=area.level, lo=area.lo, hi=area.hi, since=funnel_since(on)),
        funnel_since=funnel_since(on),
        since=since,
        latest=[] if is_past else list(mine.order_by("-opened_at", "-pk")[:LISTED]),
        late=[] if is_past else list(late.order_by("due_on", "pk")[:LISTED]),
        late_count=0 if is_past else open_late.count(),
        stages=[] if is_past else stages_kept(level=area.level, lo=area.lo, hi=area.hi, since=since),
        is_past=is_past,
        aid=aid_count(aids_in(viewer, lo=area.lo, hi=area.hi, since=since, until=on)),
        differed=tally_findings(viewer, lo=area.lo, hi=area.hi, since=today - timedelta(days=FINDING_DAYS)),
    )
