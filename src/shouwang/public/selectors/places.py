"""From the province down to the village or the county, one step a page; a step with one answer is not asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shouwang.people.selectors import AreaRow, area_by_code, areas_below, counties_served

COUNTY, TOWNSHIP, VILLAGE = 3, 4, 5
SIZES = {1: 10**10, 2: 10**8, 3: 10**6}
ASKED = {1: "哪个省（区、市）", 2: "哪个市", 3: "哪个县（市、区）", 4: "哪个乡镇（街道）", 5: "哪个村（社区）"}


@dataclass(frozen=True)
class Step:
    """One step: what was chosen so far, what is asked, what may be answered; `reached` once it is known."""

    chosen: Sequence[AreaRow]
    asked: str
    options: Sequence[AreaRow]
    reached: AreaRow | None = None


def place_step(code: str, *, level: int = VILLAGE) -> Step | None:
    """This function returns the next step after an area (its code, '' = the first) down to a place of a level.

    None where no county is served.
    """
    served = counties_served()
    at = area_by_code(code) if code else None
    if code and (at is None or not _is_served(at, served)):
        return None
    chosen = _above(at) if at else []
    while True:
        reached = chosen[-1].level if chosen else 0
        if reached >= level:
            return Step(chosen, "", (), chosen[-1])
        options = _next(chosen[-1] if chosen else None, reached, served)
        if len(options) != 1:
            return Step(chosen, ASKED[options[0].level] if options else "", options)
        chosen.append(options[0])


def village_served(code: str) -> AreaRow | None:
    """This function returns a village of a county that is served, or None."""
    found = area_by_code(code)
    if found is None or found.level != VILLAGE or not _is_served(found, counties_served()):
        return None
    return found


def _is_served(area: AreaRow, served: Sequence[AreaRow]) -> bool:
    return any(county.lo <= area.lo <= county.hi or area.lo <= county.lo <= area.hi for county in served)


def _next(area: AreaRow | None, level: int, served: Sequence[AreaRow]) -> list[AreaRow]:
    if area is not None and level >= COUNTY:
        return areas_below(area, level=level + 1)
    inside = [county for county in served if area is None or area.lo <= county.lo <= area.hi]
    if level + 1 == COUNTY:
        return inside
    size = SIZES[level + 1]
    codes = sorted({county.lo // size * size for county in inside})
    return [found for code in codes if (found := area_by_code(f"{code:012d}"))]


def _above(area: AreaRow) -> list[AreaRow]:
    chain = [area]
    while (parent := chain[0].parent_lo) is not None and len(chain) < VILLAGE:
        found = area_by_code(f"{parent:012d}")
        if found is None:
            break
        chain.insert(0, found)
    return chain
