"""What the pages of money share."""

from __future__ import annotations

from django.urls import reverse

from shouwang.funds.contexts import Tab
from shouwang.people.access import Kind, Viewer

READ = (
    Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT, Kind.INSURER,
)  # fmt: skip
PAYERS = (Kind.COUNTY_CENTRE, Kind.INSURER)
HOLDERS = (Kind.PROVINCE, Kind.CITY_CENTRE, Kind.COUNTY_CENTRE, Kind.INSURER)


def money_tabs(viewer: Viewer, now: str) -> list[Tab]:
    """This function returns the tabs of the pages of money that a viewer has."""
    tabs = [("desk", "资金"), ("owed", "待支付"), ("batches", "支付批次"), ("findings", "核查事项")]
    if viewer.kind not in PAYERS:
        tabs.remove(("owed", "待支付"))
    return [(label, reverse(f"funds:{name}"), name == now) for name, label in tabs]
