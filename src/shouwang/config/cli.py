"""The command line: `shouwang --help`."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys

import typer

from shouwang.config import commands
from shouwang.kit.errors import Refusal

app = typer.Typer(
    name="shouwang",
    help="守望：防止返贫动态监测和帮扶。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _load() -> None:
    # Each module of `commands` registers itself; none may import Django before its command runs.
    for module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda found: found.name):
        importlib.import_module(f"{commands.__name__}.{module.name}").register(app)


def main() -> None:
    """This function runs the command line; a refusal is one sentence and exit code 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.config.settings")
    _load()
    try:
        app()
    except Refusal as refusal:
        print(refusal.message, file=sys.stderr)  # noqa: T201 - the command line speaks to a person
        raise SystemExit(1) from None
