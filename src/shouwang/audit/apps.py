from django.apps import AppConfig

from shouwang.ui.services import nav_item


class AuditConfig(AppConfig):
    name = "shouwang.audit"
    label = "audit"
    verbose_name = "审计日志"

    def ready(self) -> None:
        nav_item(
            key="audit",
            label="审计日志",
            url_name="audit:index",
            icon="eye",
            order=90,
            kinds={"AUDIT", "OPERATOR"},
            roles={"AUDITOR", "SECURITY"},
        )
