"""Outlines for maps: matched by code, checked point by point, all or nothing; the page serves those below an area."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.cast import Cast, sign_in

from shouwang.people.access import SYSTEM
from shouwang.people.models import Boundary
from shouwang.people.services.boundaries import BoundariesUnreadable, boundaries_load

pytestmark = pytest.mark.django_db

AT = datetime(2020, 6, 30, 8, tzinfo=UTC)
SQUARE = [[[115.0, 37.0], [115.5, 37.0], [115.5, 37.5], [115.0, 37.0]]]


def feature(kind: str = "Polygon", coordinates: Any = None, **properties: object) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": SQUARE if coordinates is None else coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def written(tmp_path: Path, *features: dict[str, Any]) -> Path:
    file = tmp_path / "borders.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "properties",
    [
        {"code": "130529"},
        {"adcode": 130529},
        {"gb": "156130529"},
        {"id": "130529000000"},
        {"code": "", "gb": "156130529"},
    ],
)
def test_an_outline_finds_its_county_by_any_usual_code(
    cast: Cast, tmp_path: Path, properties: dict[str, object]
) -> None:
    strange = feature(code="990101"), feature(name="无代码的岛")
    done = boundaries_load(viewer=SYSTEM, file=written(tmp_path, feature(**properties), *strange), source="试", at=AT)
    assert (done.loaded, done.unknown) == (1, 1)
    outline = Boundary.objects.get()
    assert outline.area_id == cast.places.county.pk
    assert outline.geometry == {"type": "MultiPolygon", "coordinates": [SQUARE]}


def test_a_city_and_a_province_have_outlines_too_and_a_second_file_replaces_the_first(
    cast: Cast, tmp_path: Path
) -> None:
    file = written(tmp_path, feature(code="130500"), feature(code="130000"), feature(code="130529"))
    assert boundaries_load(viewer=SYSTEM, file=file, source="旧", at=AT, is_unofficial=True).loaded == 3
    boundaries_load(viewer=SYSTEM, file=written(tmp_path, feature(code="130529")), source="新", at=AT)
    assert sorted(Boundary.objects.values_list("source", "is_unofficial")) == [
        ("新", False), ("旧", True), ("旧", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (feature(kind="Point", coordinates=[115, 37], code="130529"), "第 2 个边界不是面"),
        (feature(coordinates=[[[115, 37], [116, 37], [116, 38]]], code="130529"), "第 2 个边界没有围成面"),
        (feature(coordinates=[[["东", 37]] * 4], code="130529"), "第 2 个边界里有的点不是经纬度"),
        (feature(coordinates=[[[500000, 4100000]] * 4], code="130529"), "第 2 个边界里有的点不是经纬度"),
        (feature(coordinates=[], code="130529"), "第 2 个边界没有围成面"),
        (feature(coordinates=5, code="130529"), "第 2 个边界里有的点不是经纬度"),
    ],
    ids=["a point", "three points", "no number", "metres", "nothing", "no list"],
)
def test_a_bad_outline_refuses_the_whole_file_and_names_it(
    cast: Cast, tmp_path: Path, bad: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BoundariesUnreadable, match=sentence):
        boundaries_load(viewer=SYSTEM, file=written(tmp_path, feature(code="130500"), bad), source="试", at=AT)
    assert not Boundary.objects.exists()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"features": 3}', "{" * 10, "[" * 100_000, "\ud800".encode("utf-16", "surrogatepass")]
)
def test_a_file_that_is_no_geojson_is_refused(cast: Cast, tmp_path: Path, text: str | bytes) -> None:
    file = tmp_path / "borders.geojson"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BoundariesUnreadable, match="borders"):
        boundaries_load(viewer=SYSTEM, file=file, source="试", at=AT)


def test_the_screen_shows_a_map_only_where_outlines_are_known(cast: Cast, tmp_path: Path, client: Client) -> None:
    page = sign_in(client, cast.city).get(reverse("oversight:screen")).content.decode()
    assert "sw-chart-map" not in page
    boundaries_load(
        viewer=SYSTEM, file=written(tmp_path, feature(code="130529")), source="示意", at=AT, is_unofficial=True
    )
    page = sign_in(client, cast.city).get(reverse("oversight:screen")).content.decode()
    assert "sw-chart-map" in page and "边界：示意（非官方）" in page
    served = client.get(reverse("oversight:boundaries")).json()
    code = f"{cast.places.county.lo:012d}"
    assert [one["properties"] for one in served["features"]] == [{"code": code, "name": cast.places.county.name}]
    assert (
        sign_in(client, cast.county).get(reverse("oversight:boundaries"), {"area": "130500000000"}).status_code == 404
    )
