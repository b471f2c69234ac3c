from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "shouwang.standards"
    label = "standards"
    verbose_name = "政策标准"
