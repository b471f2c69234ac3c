from django.apps import AppConfig

from shouwang.ui.services import nav_item


class ScreeningConfig(AppConfig):
    name = "shouwang.screening"
    label = "screening"
    verbose_name = "筛查预警"

    def ready(self) -> None:
        nav_item(
            key="screening",
            label="筛查",
            url_name="screening:list",
            icon="search",
            order=50,
            kinds={"COUNTY_CENTRE", "LEADING_GROUP", "CITY_CENTRE", "PROVINCE", "AUDIT"},
        )
        nav_item(
            key="checks",
            label="数据质量",
            url_name="screening:checks",
            icon="checklist",
            order=51,
            kinds={"TOWNSHIP"},
        )
