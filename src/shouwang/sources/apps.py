from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "shouwang.sources"
    label = "sources"
    verbose_name = "线索与部门数据"
