from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "shouwang.audit"
    label = "audit"
    verbose_name = "审计日志"
