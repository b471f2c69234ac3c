"""The screen: lamps by area, trend, funnel, latest and late; every mark leads to its cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from shouwang.casework.selectors import case_about
from shouwang.oversight.contexts import CaseLine, LampLine, ScreenPage
from shouwang.oversight.selectors import LISTED, LOWEST, Screen, area_shown, screen_of
from shouwang.people.access import Kind, Viewer, requires
from shouwang.people.selectors import AreaRow, areas_below, boundaries_note, boundaries_of
from shouwang.register.selectors import household_cards
from shouwang.ui.charts import AreaMap, AreaMark, FunnelChart, Series, Step, TrendChart
from shouwang.ui.lamps import LAMPS

READERS = (
    Kind.TOWNSHIP,
    Kind.COUNTY_CENTRE,
    Kind.LEADING_GROUP,
    Kind.CITY_CENTRE,
    Kind.PROVINCE,
    Kind.AUDIT,
)


def _cases(area: AreaRow, **asked: object) -> str:
    return f"{reverse('casework:list')}?{urlencode({**asked, 'area': area.code})}"


def _screen(area: AreaRow, **asked: object) -> str:
    return f"{reverse('oversight:screen')}?{urlencode({'area': area.code, **asked})}"


def _aids(area: AreaRow, *, since: date, until: date) -> str:
    asked = {"area": area.code, "since": since.isoformat(), "until": until.isoformat()}
    return f"{reverse('assistance:aids')}?{urlencode(asked)}"


def _day(on: date, today: date) -> dict[str, str]:
    """This function returns what an address says of an earlier day; nothing for today."""
    return {} if on == today else {"on": on.isoformat()}


def _day_asked(request: HttpRequest, today: date) -> date:
    try:
        asked = parse_date(request.GET.get("on", ""))
    except ValueError:
        asked = None
    return min(asked, today) if asked else today


def _map(screen: Screen, day: dict[str, str]) -> AreaMap:
    marks = [
        AreaMark(
            code=row.area.code,
            name=row.area.name,
            value=row.lamps.yellow + row.lamps.red,
            href=_screen(row.area, **day) if row.area.level < 5 else _cases(row.area),
            lamps={
                lamp.key: (count, _cases(row.area, lamp=lamp.key, **day))
                for lamp in LAMPS
                if (count := row.lamps.of(lamp.key))
            },
        )
        for row in screen.below
    ]
    note = boundaries_note([row.area.pk for row in screen.below])
    url = f"{reverse('oversight:boundaries')}?{urlencode({'area': screen.area.code})}" if note else ""
    return AreaMap(key="areas", title="各地案件", areas=marks, boundaries_url=url, note=note or "")


def _trend(screen: Screen) -> TrendChart:
    area, days = screen.area, screen.days
    return TrendChart(
        key="trend",
        title=f"近 {len(days)} 天",
        days=[f"{day.day:%m-%d}" for day in days],
        series=[
            Series("新预警", [day.opened for day in days], [_cases(area, opened=day.day.isoformat()) for day in days]),
            Series(
                "亮绿灯",
                [day.green for day in days],
                [_cases(area, closed=day.day.isoformat(), lamp="GREEN") for day in days],
                lamp="GREEN",
            ),
            Series(
                "亮蓝灯",
                [day.blue for day in days],
                [_cases(area, closed=day.day.isoformat(), lamp="BLUE") for day in days],
                lamp="BLUE",
            ),
        ],
    )


def _funnel(screen: Screen, on: date) -> FunnelChart:
    def href(passed: str) -> str:
        asked = {"since": screen.funnel_since.isoformat(), "until": on.isoformat()}
        return _cases(screen.area, **asked, **({"passed": passed} if passed else {}))

    steps = [Step(step.name, step.count, href(step.key), step.median_days) for step in screen.funnel]
    return FunnelChart(key="funnel", title=f"{screen.funnel_since:%Y-%m} 以来的案件：从预警到亮绿灯", steps=steps)


def _lines(viewer: Viewer, cases: Sequence[Any], on: date) -> list[CaseLine]:
    cards = household_cards(viewer, {case.household_id for case in cases})
    return [
        CaseLine(
            href=reverse("casework:case", args=[case.pk]),
            lamp=case.lamp or "",
            household=card.head_name if (card := cards.get(case.household_id)) else "（已迁出）",
            place=card.place if card else "",
            causes="、".join(case_about(case)),
            stage=case.stage_name if case.is_open else case.end_name,
            opened_on=case.opened_on,
            days_late=max(0, (on - case.due_on).days) if case.is_open and case.due_on else 0,
        )
        for case in cases
    ]


@require_GET
@requires(*READERS)
def boundaries(request: HttpRequest) -> HttpResponse:
    """This function returns the outlines of the places below an area, for the map of its screen."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    area = area_shown(viewer, request.GET.get("area", ""))
    if area is None:
        raise Http404
    below = areas_below(area, level=min(area.level + 1, LOWEST))
    return JsonResponse(boundaries_of([one.pk for one in below]), headers={"Cache-Control": "private, max-age=3600"})


@require_GET
@requires(*READERS)
def screen(request: HttpRequest) -> HttpResponse:
    """This function shows the screen of the viewer's area, or of one inside it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    today = timezone.localdate()
    on = _day_asked(request, today)
    area = area_shown(viewer, request.GET.get("area", ""))
    if area is None:
        raise Http404
    found = screen_of(viewer, area, on=on, today=today)
    lines = _lines(viewer, [*found.latest, *found.late], on)
    page = ScreenPage(
        screen=found,
        on=on,
        at=timezone.now(),
        lamps=[
            LampLine(lamp.key, found.totals.of(lamp.key), _cases(area, lamp=lamp.key, **_day(on, today)))
            for lamp in LAMPS
        ],
        map=_map(found, _day(on, today)),
        trend=_trend(found),
        funnel=_funnel(found, on),
        latest=lines[: len(found.latest)],
        late=lines[len(found.latest) :],
        late_href=_cases(area, late=1) if found.late_count > LISTED else "",
        above_href=_screen(found.above, **_day(on, today)) if found.above else "",
        today_href=_screen(area),
        aid_href=_aids(area, since=found.since, until=on),
    )
    return render(request, "oversight/screen.html", {"page": page})
