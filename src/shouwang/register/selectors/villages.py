"""Villages as a clerk names them: by code, name, pinyin initials, or county and name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shouwang.kit.texts import half_width
from shouwang.people.access import SYSTEM, Viewer
from shouwang.people.selectors import areas_matching

COUNTY = 3
VILLAGE = 5


@dataclass(frozen=True)
class PlaceOption:
    """A place to choose; `code` has twelve digits, `lo` and `hi` are its slots."""

    lo: int
    hi: int
    name: str
    full_name: str

    @property
    def code(self) -> str:
        return f"{self.lo:012d}"


def villages_matching(viewer: Viewer, text: str, *, limit: int = 12) -> Sequence[PlaceOption]:
    """This function returns the villages in sight that a text may mean."""
    return places_matching(viewer, text, level=VILLAGE, limit=limit)


def villages_anywhere(text: str, *, limit: int = 12) -> Sequence[PlaceOption]:
    """This function returns the villages of the whole division table that a text may mean; the table is public.

    "平乡县 东韩村" looks inside the county.
    """
    words = half_width(text).split()
    if len(words) < 2:
        return places_matching(SYSTEM, text, level=VILLAGE, limit=limit)
    found: list[PlaceOption] = []
    for county in areas_matching(SYSTEM, words[0], level=COUNTY)[:8]:
        inside = areas_matching(SYSTEM, words[-1], level=VILLAGE).filter(lo__gte=county.lo, hi__lte=county.hi)
        found += [PlaceOption(area.lo, area.hi, area.name, str(area)) for area in inside[: limit - len(found)]]
    return found


def places_matching(viewer: Viewer, text: str, *, level: int | None = None, limit: int = 12) -> Sequence[PlaceOption]:
    """This function returns the places in sight whose code, name or initials begin with a text, higher ones first.

    A whole code or whole name comes alone when it is one place.
    """
    plain = half_width(text).strip()
    areas = list(areas_matching(viewer, plain, level=level)[: max(limit, 12)])
    exact = [area for area in areas if plain in (area.name, area.full_name, f"{area.lo:012d}")]
    if len(exact) >= 1:
        areas = exact[:1] if plain.isdigit() else exact
    return [PlaceOption(area.lo, area.hi, area.name, str(area)) for area in areas[:limit]]
