"""This room's entries of the navigation."""

from __future__ import annotations

from shouwang.people.access import Kind
from shouwang.ui.services import nav_item

CLAIM_READERS = (
    Kind.INSURER, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT,
)  # fmt: skip


# Departments find their way from their desk: only the one that runs the scheme, and the one that assesses, have a page.
CARE_READERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT)


def items_add() -> None:
    """This function registers the pages that stand in everybody's navigation."""
    nav_item(key="claims", label="理赔", url_name="insurance:claims", icon="receipt", order=40, kinds=CLAIM_READERS)
    nav_item(
        key="pools", label="防贫保险", url_name="insurance:pools", icon="shield-check", order=41, kinds=CLAIM_READERS
    )
    nav_item(
        key="care", label="长期护理", url_name="insurance:care", icon="first-aid-kit", order=42,
        kinds=(Kind.CARE_PROVIDER, *CARE_READERS),
    )  # fmt: skip
