"""This room's entries of the navigation."""

from __future__ import annotations

from shouwang.people.access import READS_REGISTER, Kind, Role
from shouwang.ui.services import nav_item


def navigation_register() -> None:
    """This function registers the pages that stand in everybody's navigation."""
    nav_item(
        key="cases", label="案件", url_name="casework:list", icon="stack-2", order=30,
        kinds=READS_REGISTER - {Kind.SYSTEM},
    )  # fmt: skip
    nav_item(
        key="doubles", label="可能重复", url_name="casework:doubles", icon="copy", order=37,
        kinds={Kind.COUNTY_CENTRE}, roles={Role.CLERK, Role.LEADER},
    )  # fmt: skip
    nav_item(
        key="tasks", label="核查任务", url_name="casework:tasks", icon="checklist", order=25,
        kinds={Kind.DEPARTMENT, Kind.INSURER, Kind.TOWNSHIP},
    )  # fmt: skip
    nav_item(
        key="meeting", label="会商", url_name="casework:meeting", icon="gavel", order=20,
        kinds={Kind.LEADING_GROUP}, roles={Role.LEADER},
    )  # fmt: skip
    nav_item(
        key="notices", label="公示", url_name="casework:notices", icon="speakerphone", order=27,
        kinds={Kind.VILLAGE, Kind.TOWNSHIP},
    )  # fmt: skip
    nav_item(
        key="councils", label="会商会议", url_name="casework:councils", icon="notebook", order=21,
        kinds={Kind.LEADING_GROUP, Kind.COUNTY_CENTRE}, roles={Role.LEADER, Role.CLERK},
    )  # fmt: skip
