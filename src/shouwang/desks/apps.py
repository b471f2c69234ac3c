from __future__ import annotations

from django.apps import AppConfig


class DesksConfig(AppConfig):
    name = "shouwang.desks"
    label = "desks"
    verbose_name = "工作台"

    def ready(self) -> None:
        from shouwang.casework.selectors import amounts_register
        from shouwang.desks.selectors.amounts import case_amounts
        from shouwang.ui.services import nav_item

        amounts_register(case_amounts)
        nav_item(key="desk", label="工作台", url_name="desks:desk", icon="layout-dashboard", order=0)
