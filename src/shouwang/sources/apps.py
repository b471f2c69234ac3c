from django.apps import AppConfig

from shouwang.ui.services import nav_item


class SourcesConfig(AppConfig):
    name = "shouwang.sources"
    label = "sources"
    verbose_name = "线索与部门数据"

    def ready(self) -> None:
        nav_item(
            key="report", label="预警信息登记表", url_name="sources:report", icon="send", order=20,
            kinds={"VILLAGE", "TOWNSHIP", "COUNTY_CENTRE"}, roles={"OFFICER", "CLERK", "LEADER"},
        )  # fmt: skip
        nav_item(
            key="calls", label="热线和微信群", url_name="sources:calls", icon="phone", order=22,
            kinds={"TOWNSHIP", "COUNTY_CENTRE"}, roles={"CLERK", "LEADER"},
        )  # fmt: skip
        nav_item(
            key="phone", label="手机登记", url_name="sources:phone", icon="device-mobile", order=21,
            kinds={"VILLAGE"}, roles={"OFFICER", "CLERK", "LEADER"},
        )  # fmt: skip
        nav_item(
            key="clues", label="线索", url_name="sources:clues", icon="clipboard-list", order=35,
            kinds={"TOWNSHIP", "COUNTY_CENTRE", "LEADING_GROUP", "CITY_CENTRE", "PROVINCE", "AUDIT"},
        )  # fmt: skip
        nav_item(
            key="opinions", label="来信和舆情", url_name="sources:opinions", icon="message-report", order=36,
            kinds={"TOWNSHIP", "COUNTY_CENTRE", "LEADING_GROUP", "CITY_CENTRE", "PROVINCE", "AUDIT"},
        )  # fmt: skip
        nav_item(
            key="feeds", label="部门数据", url_name="sources:feeds", icon="database-import", order=45,
            kinds={"DEPARTMENT", "COUNTY_CENTRE", "LEADING_GROUP", "CITY_CENTRE", "PROVINCE", "AUDIT"},
        )  # fmt: skip
        nav_item(
            key="pairs", label="人员核对", url_name="sources:pairs", icon="checklist", order=46,
            kinds={"COUNTY_CENTRE"}, roles={"CLERK", "LEADER"},
        )  # fmt: skip
        nav_item(
            key="interface_keys", label="接口密钥", url_name="sources:interface_keys", icon="key", order=47,
            kinds={"COUNTY_CENTRE", "DEPARTMENT", "OPERATOR"}, roles={"CLERK", "LEADER", "ADMINISTRATOR", "SECURITY"},
        )  # fmt: skip
