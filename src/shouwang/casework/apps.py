from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "shouwang.casework"
    label = "casework"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "个案办理"
