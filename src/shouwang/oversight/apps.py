from django.apps import AppConfig

from shouwang.people.access import Kind
from shouwang.ui.services import nav_item


class OversightConfig(AppConfig):
    name = "shouwang.oversight"
    label = "oversight"
    verbose_name = "监测大屏"

    def ready(self) -> None:
        nav_item(
            key="screen",
            label="监测大屏",
            url_name="oversight:screen",
            icon="layout-dashboard",
            order=10,
            kinds={
                Kind.TOWNSHIP,
                Kind.COUNTY_CENTRE,
                Kind.LEADING_GROUP,
                Kind.CITY_CENTRE,
                Kind.PROVINCE,
                Kind.AUDIT,
            },
        )
        nav_item(
            key="overrides",
            label="放行的提示",
            url_name="oversight:overrides",
            icon="flag",
            order=82,
            kinds={Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT},
        )
        nav_item(
            key="lab",
            label="政策推演",
            url_name="oversight:lab",
            icon="adjustments",
            order=81,
            kinds={Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT},
        )
