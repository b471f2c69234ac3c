"""The command line: `shouwang --help`."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from typing import NoReturn

import typer
from typer._click.exceptions import ClickException

from shouwang.config import commands
from shouwang.config.wording import usage_sentence, wording_set
from shouwang.kit.errors import Refusal

HELP = """守望：防止返贫动态监测和帮扶。

先用 [bold]shouwang up[/bold] 启动（或 make run），其余命令在它运行时、停止时都可以用。

政策包、筛查和模拟数据的命令只读写文件，不需要数据库。每条命令都有 --help。
"""
PANELS = {
    "运行": ("up", "people", "backup", "restore", "keys", "audit", "api", "manage"),
    "数据": ("divisions", "register", "feed"),
    "政策和筛查": ("pack", "screen", "whatif", "backtest", "check", "screening", "replay", "synth", "bench"),
}
app = typer.Typer(
    name="shouwang",
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["--help", "-h"]},
)


# These work on files alone, or look after the database themselves.
WITHOUT_DATABASE = frozenset(
    {"pack", "screen", "whatif", "backtest", "check", "synth", "bench", "api", "up", "prepare", "worker", "restore"}
)
HELP_OPTIONS = frozenset({"--help", "-h"})


@app.callback()
def _root(context: typer.Context) -> None:
    if context.invoked_subcommand in WITHOUT_DATABASE or HELP_OPTIONS & set(sys.argv):
        return
    if "django.conf" in sys.modules and sys.modules["django.conf"].settings.configured:
        return  # called from a process that has its database
    from shouwang.config.installation import database_running

    context.with_resource(database_running())


_root.__doc__ = HELP


def _load() -> None:
    # Each module of `commands` registers itself; none may import Django before its command runs.
    for module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda found: found.name):
        importlib.import_module(f"{commands.__name__}.{module.name}").register(app)
    _arrange()


def _arrange() -> None:
    # The help reads by what one wants to do, not by the names of files.
    order = {name: (panel, place) for panel, names in PANELS.items() for place, name in enumerate(names)}
    panels = list(PANELS)
    for known in (app.registered_commands, app.registered_groups):
        for info in known:
            info.rich_help_panel = order.get(str(info.name), ("其他", 0))[0]
    key = {name: (panels.index(panel), place) for name, (panel, place) in order.items()}
    app.registered_commands.sort(key=lambda info: key.get(str(info.name), (len(panels), 0)))
    app.registered_groups.sort(key=lambda info: key.get(str(info.name), (len(panels), 0)))


def _fail(sentence: str, code: int = 1) -> NoReturn:
    if sentence:
        print(sentence, file=sys.stderr)  # noqa: T201 - the command line speaks to a person
    raise SystemExit(code)


def _is(error: BaseException, name: str) -> bool:
    return any(kind.__name__ == name for kind in type(error).__mro__)


def _unexpected(error: Exception) -> NoReturn:
    from shouwang.config.logs import error_record

    if _is(error, "OperationalError"):
        _fail("连不上数据库：请先启动守望（make run），或检查 DATABASE_URL。")
    if _is(error, "ProgrammingError") and error.__cause__ is not None and _is(error.__cause__, "UndefinedTable"):
        _fail("数据库里还没有数据表：请先启动一次守望（make run）。")
    where = error_record(error)
    _fail(f"程序出了没有预料到的错（{type(error).__name__}），这一步没有做完；经过记在 {where}。")


def main() -> None:
    """This function runs the command line; whatever fails is one sentence on stderr and a non-zero exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.config.settings")
    wording_set()
    _load()
    try:
        code = app(prog_name="shouwang", standalone_mode=False)
    except Refusal as refusal:
        _fail(str(refusal))
    except ClickException as error:
        _fail(usage_sentence(error), 2)
    except (typer.Abort, KeyboardInterrupt):
        _fail("已中断。", 130)
    except BrokenPipeError:
        raise SystemExit(1) from None
    except Exception as error:
        if os.environ.get("SHOUWANG_DEBUG") == "1":
            raise
        _unexpected(error)
    raise SystemExit(code if isinstance(code, int) else 0)
