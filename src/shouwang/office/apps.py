from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "shouwang.office"
    label = "office"
    verbose_name = "文件与进度"
