"""`shouwang manage`: Django's own management commands, for those who know them."""

from __future__ import annotations

import typer


def manage(context: typer.Context) -> None:
    """运行 Django 的管理命令（给懂的人用），如 shouwang manage showmigrations。"""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["shouwang manage", *context.args])


def register(app: typer.Typer) -> None:
    """This function adds the command."""
    settings = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
    app.command("manage", context_settings=settings)(manage)
