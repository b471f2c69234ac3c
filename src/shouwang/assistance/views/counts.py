"""Help by place and measure, with a workbook of the same figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from shouwang.assistance.contexts import CountsPage
from shouwang.assistance.selectors import MeasureCount, aid_count, aids_in, count_total, measure_counts
from shouwang.assistance.services import counts_export
from shouwang.kit.sheets import XLSX
from shouwang.people.access import Kind, Viewer, requires
from shouwang.people.selectors import AreaRow, area_by_code, areas_of_slots, top_area
from shouwang.ui.files import file_answer
from shouwang.ui.tables import Column, Row, Table

READERS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT)
YEARS = range(2000, 2200)
# The slots of an area one level below: province -> cities, city -> counties, county -> townships, else villages.
STEPS = {1: (2, 10**8), 2: (3, 10**6), 3: (4, 10**3), 4: (5, 1), 5: (5, 1)}
COLUMNS = (
    Column("place", "地区", phone="title"),
    Column("name", "措施", phone="fact"),
    Column("kind", "类别", phone="hide"),
    Column("times", "落实", kind="number", unit="项", phone="hide"),
    Column("households", "户数", kind="number", unit="户", phone="fact"),
    Column("people", "人数", kind="number", unit="人", phone="fact"),
    Column("amount", "金额", kind="yuan", unit="元", phone="fact"),
)


def _asked(viewer: Viewer, given: Mapping[str, str]) -> tuple[AreaRow, int]:
    """This function returns the area and the year asked for: the viewer's whole area, this year. Raises Http404."""
    code, text = given.get("area", ""), given.get("year", "")
    area = area_by_code(code) if code else top_area(viewer)
    if area is None or not viewer.covers(area.lo, area.hi):
        raise Http404
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else timezone.localdate().year
    return area, year if year in YEARS else timezone.localdate().year


def _counted(viewer: Viewer, area: AreaRow, year: int) -> tuple[list[MeasureCount], dict[int, str]]:
    level, step = STEPS[area.level]
    counts = measure_counts(viewer, lo=area.lo, hi=area.hi, year=year, step=step)
    places = areas_of_slots({one.area * step for one in counts}, level=level)
    return counts, {slot // step: place.name for slot, place in places.items()}


@require_GET
@requires(*READERS)
def counts(request: HttpRequest) -> HttpResponse:
    """This function counts the help of an area and a year by the areas below and by measure; the rows add up."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    area, year = _asked(viewer, request.GET.dict())
    found, places = _counted(viewer, area, year)
    rows = [
        Row(
            cells={
                "place": places.get(one.area, area.name), "name": one.name, "kind": one.kind_label, "times": one.times,
                "households": one.households, "people": one.people, "amount": one.amount_fen,
            },
            key=f"{one.area}-{one.offer}-{one.kind}",
        )
        for one in found
    ]  # fmt: skip
    total = count_total(viewer, found, lo=area.lo, hi=area.hi, year=year)
    totals = {
        "times": total.times, "households": total.households, "people": total.people, "amount": total.amount_fen,
    }  # fmt: skip
    whole: dict[str, list[int]] = {}
    for one in found:
        kept = whole.setdefault(one.name, [0, 0])
        kept[0] += one.people
        kept[1] += one.amount_fen
    page = CountsPage(
        area=area, year=year, total=total,
        aids=aid_count(aids_in(viewer, lo=area.lo, hi=area.hi, since=date(year, 1, 1), until=date(year, 12, 31))),
        table=Table("按地区和措施", COLUMNS, rows, totals=totals),
        by_measure=sorted(((name, *sums) for name, sums in whole.items()), key=lambda one: -one[1]),
    )  # fmt: skip
    return render(request, "assistance/counts.html", {"page": page})


@require_POST
@requires(*READERS)
def export(request: HttpRequest) -> HttpResponse:
    """This function hands out the figures of the page as a workbook."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    area, year = _asked(viewer, {name: str(value) for name, value in request.POST.items()})
    found, places = _counted(viewer, area, year)
    content = counts_export(
        viewer=viewer, counts=found, places=places, area_name=area.name, slot=area.lo, year=year, at=timezone.now()
    )
    return file_answer(f"{area.name}_{year}年帮扶统计.xlsx", content, media_type=XLSX)
