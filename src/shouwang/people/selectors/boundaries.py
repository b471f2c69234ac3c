"""Outlines of areas for maps."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from shouwang.people.models import Boundary


def boundaries_of(area_ids: Collection[int]) -> dict[str, Any]:
    """This function returns the outlines of areas as a GeoJSON collection, each under the area's code and name."""
    found = Boundary.objects.filter(area_id__in=list(area_ids)).select_related("area").order_by("area__lo")
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": f"{one.area.lo:012d}", "name": one.area.name},
                "geometry": one.geometry,
            }
            for one in found
        ],
    }


def boundaries_note(area_ids: Collection[int]) -> str | None:
    """This function returns what to say below a map of areas, None when none of them has an outline."""
    told = Boundary.objects.filter(area_id__in=list(area_ids)).values_list("source", "is_unofficial").distinct()
    notes = [f"{source}（非官方）" if is_unofficial else source for source, is_unofficial in told]
    return f"边界：{'；'.join(sorted(notes))}" if notes else None
