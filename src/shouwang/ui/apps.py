from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "shouwang.ui"
    label = "ui"
    verbose_name = "页面"
