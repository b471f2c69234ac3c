"""This room's entries of the navigation."""

from __future__ import annotations

from shouwang.people.access import READS_REGISTER, Kind
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
    readers = READS_REGISTER - {Kind.SYSTEM}
    nav_item(key="contacts", label="联系户", url_name="assistance:contacts", icon="user-check", order=24, kinds=readers)
    nav_item(key="sevens", label="几个一", url_name="assistance:sevens", icon="checklist", order=38, kinds=readers)
    nav_item(
        key="giving", label="社会帮扶", url_name="assistance:pledges", icon="heart-handshake", order=34, kinds=readers
    )
