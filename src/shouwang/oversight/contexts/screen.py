"""What the screen shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shouwang.oversight.selectors.screen import Screen
from shouwang.ui.charts import AreaMap, FunnelChart, TrendChart


@dataclass(frozen=True)
class CaseLine:
    """One case in a short list."""

    href: str
    lamp: str
    household: str
    place: str
    causes: str
    stage: str
    opened_on: date
    days_late: int


@dataclass(frozen=True)
class LampLine:
    """One counter with the address of its cases."""

    key: str
    count: int
    href: str


@dataclass(frozen=True)
class ScreenPage:
    """The screen of one area."""

    screen: Screen
    on: date
    at: datetime
    lamps: list[LampLine]
    map: AreaMap
    trend: TrendChart
    funnel: FunnelChart
    latest: list[CaseLine]
    late: list[CaseLine]
    late_href: str
    above_href: str
    today_href: str
    aid_href: str
