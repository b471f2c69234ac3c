from django.apps import AppConfig

from shouwang.ui.services import nav_item


class OfficeConfig(AppConfig):
    name = "shouwang.office"
    label = "office"
    verbose_name = "文件与进度"

    def ready(self) -> None:
        nav_item(key="outbox", label="通知", url_name="office:outbox", icon="bell", order=94)
        nav_item(key="office", label="后台工作", url_name="office:progress_list", icon="clock", order=95)
