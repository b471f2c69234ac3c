"""What the pages of money share."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from shouwang.funds.contexts import Tab
from shouwang.funds.rules import TREASURY_ROLES
from shouwang.funds.selectors.desk import years_of
from shouwang.funds.selectors.waiting import PAYERS
from shouwang.people.access import Kind, Viewer

READ = (
    Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT, Kind.INSURER,
)  # fmt: skip
HOLDERS = (Kind.PROVINCE, Kind.CITY_CENTRE, Kind.COUNTY_CENTRE, Kind.INSURER)


def money_tabs(viewer: Viewer, now: str) -> list[Tab]:
    """This function returns the tabs of the pages of money that a viewer has."""
    tabs = [
        ("desk", "资金"), ("owed", "待支付"), ("batches", "支付批次"), ("unknown", "结果不明"),
        ("flow", "走势和停留"), ("findings", "核查事项"),
    ]  # fmt: skip
    if viewer.kind not in PAYERS or viewer.role not in TREASURY_ROLES:
        tabs.remove(("owed", "待支付"))
    if viewer.kind is Kind.INSURER:
        tabs.remove(("findings", "核查事项"))
    return [(label, reverse(f"funds:{name}"), name == now) for name, label in tabs]


def household_address(viewer: Viewer, household_id: int | None) -> str:
    """This function returns where a household's file stands for whoever reads the register; empty for others."""
    if not viewer.reads_register or household_id is None:
        return ""
    try:
        return reverse("desks:household", args=[household_id])
    except NoReverseMatch:
        return ""


def year_asked(viewer: Viewer, text: str) -> tuple[int, list[int]]:
    """This function returns the year a page was asked for (the newest by default) and those there are."""
    years = years_of(viewer) or [timezone.localdate().year]
    known = {str(year): year for year in years}
    return known.get(text, years[0]), years
