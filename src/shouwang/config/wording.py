"""The command line speaks Chinese: typer's own words, and what is wrong with a command, as one sentence."""

from __future__ import annotations

from typer import rich_utils
from typer._click import exceptions

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


def usage_sentence(error: exceptions.ClickException) -> str:
    """This function says in one Chinese sentence what is wrong with a command, and where its help is."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "shouwang"
    hint = f"用法见 {path} --help。"
    if isinstance(error, exceptions.NoSuchOption):
        return f"没有选项 {error.option_name}；{hint}"
    if isinstance(error, exceptions.MissingParameter):
        return f"缺少 {_parameter(error)}；{hint}"
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
