from django.apps import AppConfig


class InsuranceConfig(AppConfig):
    name = "shouwang.insurance"
    label = "insurance"
    verbose_name = "防贫保险"

    def ready(self) -> None:
        from shouwang.insurance.navigation import items_add

        items_add()
