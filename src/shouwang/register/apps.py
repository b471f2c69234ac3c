from django.apps import AppConfig

from shouwang.ui.services import nav_item


class RegisterConfig(AppConfig):
    name = "shouwang.register"
    label = "register"
    verbose_name = "人口与家庭台账"

    def ready(self) -> None:
        nav_item(
            key="register", label="台账", url_name="register:search", icon="books", order=30,
            kinds={"VILLAGE", "TOWNSHIP", "COUNTY_CENTRE", "LEADING_GROUP", "CITY_CENTRE", "PROVINCE", "AUDIT"},
        )  # fmt: skip
        nav_item(
            key="register_imports", label="导入台账", url_name="register:imports", icon="file-import", order=48,
            kinds={"TOWNSHIP", "COUNTY_CENTRE"}, roles={"CLERK", "LEADER"},
        )  # fmt: skip
