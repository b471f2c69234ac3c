from __future__ import annotations

from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "shouwang.public"
    label = "public"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "群众申请"
