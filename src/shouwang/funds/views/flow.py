"""How money went down the levels: what came, what lies there and how long, what was approved and paid."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.funds.contexts import FlowPage
from shouwang.funds.selectors import money_by_level
from shouwang.funds.selectors.flow import Delivery, Flow, deliveries, flows
from shouwang.funds.views.common import READ, money_tabs, year_asked
from shouwang.kit.money import FEN_PER_WAN, FEN_PER_YUAN
from shouwang.people.access import Viewer, requires
from shouwang.ui.charts import BarChart, Series

MOST_BARS = 20
LARGE_FEN = 1_000_000_00  # from a million yuan on, statistics are in 万元


@require_GET
@requires(*READ)
def flow(request: HttpRequest) -> HttpResponse:
    """This function shows, for a year, the money of each level with how long it lay there, as charts and as tables."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    year, years = year_asked(viewer, request.GET.get("year", ""))
    lines = money_by_level(viewer, year=year)
    found = flows(viewer, lines, year=year, on=timezone.localdate())
    page = FlowPage(
        tabs=money_tabs(viewer, "flow"), year=year, years=years, flows=found, level_chart=_levels(found),
        days_chart=_days(found), delivery_chart=_delivered(deliveries(lines)),
    )  # fmt: skip
    return render(request, "funds/flow.html", {"page": page})


def _levels(found: list[Flow]) -> BarChart | None:
    pairs = [(each.name, each.received_fen, each.here_fen) for each in found[:MOST_BARS]]
    return _money("levels", "各级收到的钱，和还没有付出去的钱", "单位", ("收到", "还没有付出去"), pairs)


def _days(found: list[Flow]) -> BarChart | None:
    shown = [each for each in found if each.mean_days is not None][:MOST_BARS]
    if not shown:
        return None
    return BarChart(
        "days", "钱在各级平均停了多少天", "单位", [each.name for each in shown],
        [Series("平均停留", [each.mean_days or 0 for each in shown])], unit="天",
    )  # fmt: skip


def _delivered(found: list[Delivery]) -> BarChart | None:
    pairs = [(each.purpose, each.approved_fen, each.paid_fen) for each in found[:MOST_BARS]]
    return _money("delivery", "批给农户的钱，和已经打到账上的钱", "用途", ("批准", "已支付"), pairs)


def _money(
    key: str, title: str, head: str, names: tuple[str, str], pairs: Sequence[tuple[str, int, int]]
) -> BarChart | None:
    """This function draws two amounts beside each other, in yuan or, where they are large, in 万元."""
    if not pairs:
        return None
    is_large = max(fen for _, *both in pairs for fen in both) >= LARGE_FEN
    unit, per = ("万元", FEN_PER_WAN) if is_large else ("元", FEN_PER_YUAN)
    series = [
        Series(names[0], [round(first / per) for _, first, _ in pairs]),
        Series(names[1], [round(second / per) for _, _, second in pairs]),
    ]
    return BarChart(key, f"{title}（{unit}）", head, [name for name, *_ in pairs], series, unit=unit)
