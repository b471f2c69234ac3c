"""Care where people would rather look: bills over the months, and what a day is paid beside its cap."""

from __future__ import annotations

from datetime import date

from shouwang.insurance.care.selectors import bill_months, care_days
from shouwang.kit.money import FEN_PER_WAN, FEN_PER_YUAN
from shouwang.people.access import Viewer
from shouwang.ui.charts import BarChart, Series, TrendChart

LARGE_FEN = 1_000_000_00  # from a million yuan on, statistics are in 万元


def care_charts(viewer: Viewer, today: date) -> list[TrendChart | BarChart]:
    """This function returns the charts of what the viewer may see; none while there is nothing to draw."""
    return [chart for chart in (_months(viewer, today), _days(viewer)) if chart is not None]


def _months(viewer: Viewer, today: date) -> TrendChart | None:
    found = bill_months(viewer, on=today)
    if len(found) < 2:
        return None
    is_large = max(each.charged_fen for each in found) >= LARGE_FEN
    unit, per = ("万元", FEN_PER_WAN) if is_large else ("元", FEN_PER_YUAN)
    return TrendChart(
        "months", f"每月结算过的账单：收费和应付（{unit}）", [f"{each.month:%Y-%m}" for each in found],
        [
            Series("收费", [round(each.charged_fen / per) for each in found]),
            Series("应付", [round(each.settled_fen / per) for each in found]),
        ],
        unit=unit,
    )  # fmt: skip


def _days(viewer: Viewer) -> BarChart | None:
    month, found = care_days(viewer)
    if month is None or not found:
        return None
    return BarChart(
        "care-days", f"{month:%Y-%m} 平均每天付多少，封顶多少（元）", "护理方式和等级",
        [f"{each.mode_name}·{each.level_name}（{each.days} 天）" for each in found],
        [
            Series("平均每天应付", [round(each.paid_fen / FEN_PER_YUAN) for each in found]),
            Series("每天封顶", [round(each.cap_fen / FEN_PER_YUAN) for each in found]),
        ],
        unit="元",
    )  # fmt: skip
