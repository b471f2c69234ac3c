from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "shouwang.funds"
    label = "funds"
    verbose_name = "救助资金"

    def ready(self) -> None:
        from shouwang.people.access import Kind
        from shouwang.ui.services import nav_item

        kinds = (
            Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT, Kind.INSURER,
        )  # fmt: skip
        nav_item(key="funds", label="资金", url_name="funds:desk", icon="cash", order=40, kinds=kinds)
