"""This room's entries of the navigation."""

from __future__ import annotations

from shouwang.people.access import Kind
from shouwang.ui.services import nav_item


def navigation_register() -> None:
    """This function registers the pages that stand in everybody's navigation."""
    nav_item(
        key="help", label="帮扶", url_name="assistance:desk", icon="heart-handshake", order=33,
        kinds={
            Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.DEPARTMENT, Kind.INSURER,
            Kind.AUDIT,
        },
    )  # fmt: skip
