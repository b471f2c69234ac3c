from __future__ import annotations

from django.apps import AppConfig


class DesksConfig(AppConfig):
    name = "shouwang.desks"
    label = "desks"
    verbose_name = "工作台"

    def ready(self) -> None:
        from shouwang.ui.services import nav_item

        nav_item(key="desk", label="工作台", url_name="desks:desk", icon="layout-dashboard", order=0)
