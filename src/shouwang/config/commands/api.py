"""The documents of the JSON interfaces, written for whoever builds a program against them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """This function adds the command."""
    app.command("api", help="写出数据接口的说明（OpenAPI），每个接口一个 JSON 文件。")(write)


def write(folder: Annotated[Path, typer.Argument(help="写到哪个目录，例如 docs/api")]) -> None:
    """This function writes the OpenAPI document of each interface into a folder."""
    import django

    django.setup()
    from shouwang.config.api import department, phone

    folder.mkdir(parents=True, exist_ok=True)
    for name, interface in (("department", department), ("phone", phone)):
        document = json.dumps(interface.get_openapi_schema(), ensure_ascii=False, indent=2, sort_keys=True)
        (folder / f"{name}.json").write_text(document + "\n", encoding="utf-8")
        print(folder / f"{name}.json")  # noqa: T201 - the command line speaks to a person
