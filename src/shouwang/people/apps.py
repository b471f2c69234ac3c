from django.apps import AppConfig

from shouwang.ui.services import nav_item


class PeopleConfig(AppConfig):
    name = "shouwang.people"
    label = "people"
    verbose_name = "人员与辖区"

    def ready(self) -> None:
        nav_item(
            key="people",
            label="机构和人员",
            url_name="people:index",
            icon="users",
            order=85,
            kinds={"OPERATOR"},
            roles={"ADMINISTRATOR"},
        )
        nav_item(
            key="factors",
            label="二次验证重置",
            url_name="people:factors",
            icon="shield-lock",
            order=86,
            kinds={"OPERATOR"},
            roles={"ADMINISTRATOR", "SECURITY"},
        )
        nav_item(
            key="devices",
            label="我的手机",
            url_name="people:devices",
            icon="device-mobile",
            order=90,
            kinds={"VILLAGE", "TOWNSHIP", "COUNTY_CENTRE"},
            roles={"OFFICER", "CLERK", "LEADER"},
        )
