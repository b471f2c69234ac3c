"""Charts as data: what a page hands to `{% chart page.trend %}`.

Every mark carries the address of exactly the cases it counts; the same numbers stand in a table beside the chart, which
is all there is without JavaScript. Lamp colours are used for lamps alone, everything else is drawn in ink.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from shouwang.ui.lamps import LAMPS, Lamp


@dataclass(frozen=True)
class Series:
    """One line of a trend: a value and an address a day; `lamp` gives it that lamp's colour and shape."""

    name: str
    values: Sequence[int]
    hrefs: Sequence[str] = ()
    lamp: str = ""


@dataclass(frozen=True)
class TrendChart:
    """Counts over days (shown as given, e.g. 06-17)."""

    key: str
    title: str
    days: Sequence[str]
    series: Sequence[Series]
    unit: str = "件"
    kind: ClassVar[str] = "trend"

    @property
    def data(self) -> dict[str, Any]:
        series = [
            {"name": s.name, "lamp": s.lamp.lower(), "values": [*s.values], "hrefs": [*s.hrefs]} for s in self.series
        ]
        return {"days": [*self.days], "unit": self.unit, "series": series}

    @property
    def heads(self) -> list[str]:
        return ["日期", *(one.name for one in self.series)]

    @property
    def rows(self) -> list[tuple[str, list[tuple[int, str]]]]:
        return [
            (day, [(one.values[i], one.hrefs[i] if i < len(one.hrefs) else "") for one in self.series])
            for i, day in enumerate(self.days)
        ]


@dataclass(frozen=True)
class Step:
    """One step of a funnel: how many reached it, and the median days from the step before (None: unknown)."""

    name: str
    count: int
    href: str = ""
    median_days: float | None = None


@dataclass(frozen=True)
class FunnelChart:
    """From clue to green: bars of falling length, with the median days between them."""

    key: str
    title: str
    steps: Sequence[Step]
    unit: str = "件"
    kind: ClassVar[str] = "funnel"

    @property
    def data(self) -> dict[str, Any]:
        steps = [{"name": s.name, "count": s.count, "href": s.href, "days": s.median_days} for s in self.steps]
        return {"unit": self.unit, "steps": steps}


@dataclass(frozen=True)
class BarChart:
    """Counts of a few series by name (areas, variants), bar beside bar; `head` is what the names are."""

    key: str
    title: str
    head: str
    names: Sequence[str]
    series: Sequence[Series]
    unit: str = "户"
    kind: ClassVar[str] = "bars"

    @property
    def data(self) -> dict[str, Any]:
        series = [{"name": one.name, "values": [*one.values]} for one in self.series]
        return {"names": [*self.names], "unit": self.unit, "series": series}

    @property
    def heads(self) -> list[str]:
        return [self.head, *(one.name for one in self.series)]

    @property
    def rows(self) -> list[tuple[str, list[tuple[int, str]]]]:
        return [(name, [(one.values[i], "") for one in self.series]) for i, name in enumerate(self.names)]


@dataclass(frozen=True)
class CurvePoint:
    """One choice: what it costs (x), what it brings (y) with its interval; `mark` is current, best or empty."""

    name: str
    x: float
    y: float
    low: float
    high: float
    mark: str = ""


@dataclass(frozen=True)
class CurveChart:
    """What is gained against what it costs, with the interval as dotted lines; the page's own table has the numbers."""

    key: str
    title: str
    x_name: str
    y_name: str
    points: Sequence[CurvePoint]
    current: str = ""
    best: str = ""
    kind: ClassVar[str] = "curve"

    @property
    def data(self) -> dict[str, Any]:
        points = [
            {"name": p.name, "x": p.x, "y": p.y, "low": p.low, "high": p.high, "mark": p.mark}
            for p in sorted(self.points, key=lambda point: (point.x, point.y))
        ]
        return {"x": self.x_name, "y": self.y_name, "points": points}


@dataclass(frozen=True)
class AreaMark:
    """One area: its value for the shade, its lamps with their addresses, and the page that drills down."""

    code: str
    name: str
    value: int
    href: str
    lamps: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def shown_lamps(self) -> list[tuple[Lamp, int, str]]:
        return [(lamp, *self.lamps[lamp.key]) for lamp in LAMPS if lamp.key in self.lamps]


@dataclass(frozen=True)
class AreaMap:
    """Areas as cards, and as a map above them when `boundaries_url` serves GeoJSON ."""

    key: str
    title: str
    areas: Sequence[AreaMark]
    measure: str = "未办结"
    unit: str = "件"
    boundaries_url: str = ""
    note: str = ""
    kind: ClassVar[str] = "areas"

    @property
    def data(self) -> dict[str, Any]:
        areas = [{"code": a.code, "name": a.name, "value": a.value, "href": a.href} for a in self.areas]
        return {"areas": areas, "measure": self.measure, "unit": self.unit, "boundaries": self.boundaries_url}
