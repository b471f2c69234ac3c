from django.apps import AppConfig

from shouwang.ui.services import nav_item


class StandardsConfig(AppConfig):
    name = "shouwang.standards"
    label = "standards"
    verbose_name = "政策标准"

    def ready(self) -> None:
        nav_item(
            key="standards",
            label="政策标准",
            url_name="standards:list",
            icon="books",
            order=80,
            kinds={"COUNTY_CENTRE", "LEADING_GROUP", "CITY_CENTRE", "PROVINCE", "AUDIT"},
        )
