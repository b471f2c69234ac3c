"""The command line speaks Chinese: typer's own words, and what is wrong with a command, as one sentence."""

from __future__ import annotations

from typing import Any

from typer import rich_utils
from typer._click import decorators, exceptions
from typer._click.formatting import HelpFormatter

PANELS = {
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "ERRORS_PANEL_TITLE": "错误",
    "DEFAULT_STRING": "[默认 {}]",
    "ENVVAR_STRING": "[环境变量 {}]",
    "REQUIRED_LONG_STRING": "[必填]",
    "DEPRECATED_STRING": "（不再使用）",
}


def wording_set() -> None:
    """This function replaces the titles and notes of typer's help by Chinese ones."""
    for name, text in PANELS.items():
        if hasattr(rich_utils, name):
            setattr(rich_utils, name, text)
    HelpFormatter.write_usage = _write_usage  # type: ignore[method-assign]
    decorators.option = _option


_write_usage_before = HelpFormatter.write_usage
_option_before = decorators.option


def _write_usage(self: HelpFormatter, prog: str, args: str = "", prefix: str | None = None) -> None:
    _write_usage_before(self, prog, args, "用法：" if prefix is None else prefix)


def _option(*arguments: Any, **more: Any) -> Any:
    if more.get("help") == "Show this message and exit.":
        more["help"] = "显示这段说明"
    return _option_before(*arguments, **more)


def usage_sentence(error: exceptions.ClickException) -> str:
    """This function says in one Chinese sentence what is wrong with a command, and where its help is."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "shouwang"
    hint = f"用法见 {path} --help。"
    if isinstance(error, exceptions.NoSuchOption):
        return f"没有选项 {error.option_name}；{hint}"
    if isinstance(error, exceptions.MissingParameter):
        return f"缺少{_parameter(error)}；{hint}"
    if isinstance(error, exceptions.BadParameter):
        return f"{_parameter(error)} 的值不对；{hint}"
    if isinstance(error, exceptions.FileError):
        return f"文件“{error.ui_filename}”打不开；{hint}"
    if "No such command" in error.message:
        name = error.message.split("'")[1] if "'" in error.message else ""
        return f"没有命令 {name}；{hint}"
    return f"命令写得不对；{hint}"


def _parameter(error: exceptions.BadParameter) -> str:
    parameter = error.param
    if parameter is None:
        return str(error.param_hint or "参数")
    names = [name for name in parameter.opts if name.startswith("-")]
    if names:
        return f"选项 {names[0]}"
    return f"参数 {str(parameter.name or '').upper()}"
