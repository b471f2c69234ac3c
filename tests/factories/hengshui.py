"""武邑县 of 衡水: the places and people of a county under the pack with the two lines on rigid spending."""

from __future__ import annotations

from dataclasses import dataclass

from tests.factories.people import area_make, viewer_make

from shouwang.people.access import Kind, Role, Viewer
from shouwang.people.models import Area


@dataclass(frozen=True)
class Hengshui:
    """The county with two towns, a village of each, and who works there."""

    county: Area  # 武邑县 131122
    village: Area
    other_village: Area  # of another town
    clerk: Viewer  # of the county centre: tries and proposes
    leader: Viewer  # of the leading group: approves
    officers: tuple[Viewer, ...]  # two in the village, none in the other


def hengshui_build() -> Hengshui:
    """This function makes the county and its people."""
    county, village, other = area_make(131122), area_make(131122100201), area_make(131122101201)
    officers = tuple(
        viewer_make(Kind.VILLAGE, Role.OFFICER, village, name=name, organisation_name=f"{village.name}防贫工作站")
        for name in ("段玉明", "史桂香")
    )
    return Hengshui(
        county=county,
        village=village,
        other_village=other,
        clerk=viewer_make(
            Kind.COUNTY_CENTRE, Role.CLERK, county, name="崔晓东", organisation_name="武邑县防贫中心"
        ),
        leader=viewer_make(
            Kind.LEADING_GROUP, Role.LEADER, county, name="白建民", organisation_name="武邑县防贫领导小组"
        ),
        officers=officers,
    )  # fmt: skip
