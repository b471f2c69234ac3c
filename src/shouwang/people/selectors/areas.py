"""Reads of areas, today and as of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from shouwang.kit.divisions import slot_range
from shouwang.people.access import Viewer
from shouwang.people.models import Area, AreaCode


def area_of_slot(slot: int, *, level: int = 5) -> Area | None:
    """This function returns the current area of a level that holds a slot."""
    return Area.objects.filter(is_current=True, level=level, lo__lte=slot, hi__gte=slot).first()


def areas_of_slots(slots: set[int], *, level: int = 5) -> dict[int, Area]:
    """This function returns, for each slot, its current area of a level; slots of no area are left out."""
    if level == 5:
        return {area.lo: area for area in Area.objects.filter(is_current=True, level=5, lo__in=slots)}
    size = {1: 10**10, 2: 10**8, 3: 10**6, 4: 10**3}[level]
    by_lo = {slot // size * size for slot in slots}
    found = {area.lo: area for area in Area.objects.filter(is_current=True, level=level, lo__in=by_lo)}
    return {slot: found[slot // size * size] for slot in slots if slot // size * size in found}


def areas_by_lo(los: set[int]) -> dict[int, str]:
    """This function returns what the areas that begin at some slots are called, the widest of each."""
    rows = Area.objects.filter(is_current=True, lo__in=los).order_by("-level")
    return {area.lo: area.name for area in rows}


def areas_visible_to(viewer: Viewer, *, level: int | None = None) -> QuerySet[Area]:
    """This function returns the current areas that lie inside the viewer's ranges."""
    areas = Area.objects.filter(is_current=True)
    if level is not None:
        areas = areas.filter(level=level)
    inside = Q(pk__in=[])
    for lo, hi in viewer.ranges:
        inside |= Q(lo__gte=lo, hi__lte=hi)
    return areas.filter(inside).order_by("lo")


def area_by_id(area_id: int) -> Area | None:
    """This function returns an area, or None."""
    return Area.objects.filter(pk=area_id).first()


@dataclass(frozen=True)
class AreaOn:
    """An area as it was on a day."""

    area_id: int
    code: int
    level: int
    name: str
    parent_id: int | None


@dataclass(frozen=True)
class TreeOn:
    """The tree of one day, against today's codes: reports as of a day group today's rows by it."""

    on: date
    then: dict[int, int]  # today's code → the code of that day, only where they differ

    def slot_on(self, slot: int) -> int:
        """This function returns the code that today's slot had on the day."""
        return self.then.get(slot, slot)

    def slots_now(self, code: int) -> list[tuple[int, int]]:
        """This function returns today's slot ranges of everything that lay in an area of that day."""
        lo, hi = slot_range(code)
        gone = {now for now, then in self.then.items() if lo <= now <= hi and not lo <= then <= hi}
        come = {now for now, then in self.then.items() if lo <= then <= hi and not lo <= now <= hi}
        return _without(lo, hi, gone) + [(slot, slot) for slot in sorted(come)]


def _without(lo: int, hi: int, gone: set[int]) -> list[tuple[int, int]]:
    """This function returns the ranges of [lo, hi] that leave out some slots."""
    kept = []
    for slot in sorted(gone):
        if lo < slot:
            kept.append((lo, slot - 1))
        lo = slot + 1
    return [*kept, (lo, hi)] if lo <= hi else kept


def areas_as_of(on: date, *, level: int | None = None) -> list[AreaOn]:
    """This function returns the areas of a day with the codes and names they had then, in code order."""
    codes = AreaCode.objects.filter(scheme="statistics").filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on), Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    )
    if level is not None:
        codes = codes.filter(area__level=level)
    rows = codes.order_by("code").values_list("area_id", "code", "area__level", "name", "parent_id")
    return [AreaOn(area_id, int(code), depth, name, parent_id) for area_id, code, depth, name, parent_id in rows]


def tree_as_of(on: date) -> TreeOn:
    """This function returns the tree of a day for grouping today's rows; only villages that moved since are kept."""
    moved = AreaCode.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on), scheme="statistics", valid_to__gt=on, area__is_current=True
    )
    rows = moved.values_list("area__lo", "code")
    return TreeOn(on=on, then={lo: int(code) for lo, code in rows if lo != int(code)})


def areas_matching(viewer: Viewer, text: str, *, level: int | None = None) -> QuerySet[Area]:
    """This function returns the viewer's areas whose code, name or pinyin initials begin with a text, higher first."""
    text = text.strip()
    found = areas_visible_to(viewer, level=level).order_by("level", "lo")
    if not text:
        return found.none()
    if text.isascii() and text.isdigit():
        lo = int(text.ljust(12, "0")[:12])
        hi = int(text.ljust(12, "9")[:12])
        return found.filter(lo__gte=lo, lo__lte=hi)
    if text.isascii():
        return found.filter(initials__startswith=text.lower())
    return found.filter(Q(name__startswith=text) | Q(full_name=text))


@dataclass(frozen=True)
class AreaRow:
    """An area as pages outside this room use it; `lo` in twelve digits is its code."""

    pk: int
    lo: int
    hi: int
    level: int
    name: str
    full_name: str
    parent_lo: int | None

    @property
    def code(self) -> str:
        return f"{self.lo:012d}"


def _area_row(area: Area) -> AreaRow:
    parent = area.parent
    return AreaRow(area.pk, area.lo, area.hi, area.level, area.name, str(area), parent.lo if parent else None)


def area_by_code(code: str) -> AreaRow | None:
    """This function returns the current area of a twelve-digit code, or None."""
    if not (code.isascii() and code.isdigit() and len(code) == 12):
        return None
    found = Area.objects.filter(is_current=True, lo=int(code)).select_related("parent").order_by("level").first()
    return _area_row(found) if found else None


def areas_below(area: AreaRow, *, level: int) -> list[AreaRow]:
    """This function returns the current areas of a level inside an area, in code order; a village has only itself."""
    found = Area.objects.filter(is_current=True, level=level, lo__gte=area.lo, hi__lte=area.hi)
    return [_area_row(child) for child in found.select_related("parent").order_by("lo")]


def top_area(viewer: Viewer) -> AreaRow | None:
    """This function returns the highest current area inside the viewer's first range, or None."""
    for lo, hi in viewer.ranges:
        found = Area.objects.filter(is_current=True, lo__gte=lo, hi__lte=hi).select_related("parent")
        top = found.order_by("level", "lo").first()
        if top is not None:
            return _area_row(top)
    return None


def counties_served() -> list[AreaRow]:
    """This function returns the counties that have an active county centre, in code order."""
    served = Q(organisations__kind="COUNTY_CENTRE", organisations__is_active=True)
    found = Area.objects.filter(served, is_current=True, level=3).select_related("parent").order_by("lo").distinct()
    return [_area_row(area) for area in found]
