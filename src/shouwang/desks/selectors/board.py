"""The board of what is late, level by level: whose it is, how much, how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min
from django.db.models.expressions import RawSQL

from shouwang.casework.selectors import cases_visible_to, tasks_late
from shouwang.casework.selectors.procedures import PASSIVE
from shouwang.desks.selectors.ways import address
from shouwang.people.access import KIND_LABELS, Kind, Viewer
from shouwang.people.selectors import areas_of_slots

BOARD_READERS = (
    Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT,
)  # fmt: skip
# The level of the area by which a kind's lateness is told; departments and insurers by their own name.
LEVEL = {Kind.VILLAGE: 5, Kind.TOWNSHIP: 4, Kind.COUNTY_CENTRE: 3, Kind.LEADING_GROUP: 3}
LISTED = 20


@dataclass(frozen=True)
class BoardLine:
    """One organisation or place with what it is late with."""

    name: str
    count: int
    longest: int
    href: str


@dataclass(frozen=True)
class BoardLevel:
    """One kind of organisation: its lines, the longest late first, and how many more there are."""

    name: str
    lines: Sequence[BoardLine]
    count: int
    left_out: int


def board_levels(viewer: Viewer, on: date) -> list[BoardLevel]:
    """This function returns what is late in the viewer's areas, from the village up, then departments and insurers."""
    late = cases_visible_to(viewer).filter(closed_on__isnull=True, due_on__lt=on).exclude(act__in=PASSIVE)
    levels = []
    for kind, level in LEVEL.items():
        lines = _case_lines(late.filter(holder_kind=kind.value), kind, level, on)
        if lines:
            levels.append(_level(f"{KIND_LABELS[kind]}的案件", lines))
    tasks = _task_lines(viewer, on)
    if tasks:
        levels.append(_level("送到各单位的任务", tasks))
    return levels


def _level(name: str, lines: list[BoardLine]) -> BoardLevel:
    ranked = sorted(lines, key=lambda line: (-line.longest, -line.count, line.name))
    return BoardLevel(name, ranked[:LISTED], sum(line.count for line in lines), max(0, len(ranked) - LISTED))


def _case_lines(late: object, kind: Kind, level: int, on: date) -> list[BoardLine]:
    size = {3: 10**6, 4: 10**3, 5: 1}[level]
    place = RawSQL("slot / %s * %s", (size, size))
    rows = list(
        late.annotate(place=place).order_by().values("place")  # type: ignore[attr-defined]
        .annotate(n=Count("pk"), first=Min("due_on")).values_list("place", "n", "first")
    )  # fmt: skip
    areas = areas_of_slots({row[0] for row in rows}, level=level)
    return [
        BoardLine(
            name=areas[place].name if place in areas else f"{place:012d}",
            count=number,
            longest=(on - first).days,
            href=address("casework:list", late=1, who=kind.value, area=f"{place:012d}"),
        )
        for place, number, first in rows
    ]


def _task_lines(viewer: Viewer, on: date) -> list[BoardLine]:
    found = tasks_late(viewer, on).order_by().values("organisation_id", "organisation__name")
    rows = found.annotate(n=Count("pk"), first=Min("due_on"))
    return [
        BoardLine(
            row["organisation__name"], row["n"], (on - row["first"]).days,
            address("desks:late", organisation=row["organisation_id"]) if viewer.kind is not Kind.TOWNSHIP else "",
        )
        for row in rows
    ]  # fmt: skip
