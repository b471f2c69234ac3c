from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "shouwang.funds"
    label = "funds"
    verbose_name = "救助资金"
