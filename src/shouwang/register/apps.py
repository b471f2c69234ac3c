from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "shouwang.register"
    label = "register"
    verbose_name = "人口与家庭台账"
