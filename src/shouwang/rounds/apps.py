from django.apps import AppConfig

from shouwang.people.access import READS_REGISTER, Kind
from shouwang.ui.services import nav_item


class RoundsConfig(AppConfig):
    name = "shouwang.rounds"
    label = "rounds"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "排查"

    def ready(self) -> None:
        nav_item(
            key="rounds", label="排查", url_name="rounds:list", icon="list-check", order=23,
            kinds=READS_REGISTER - {Kind.SYSTEM},
        )  # fmt: skip
