"""Printed forms: a template of a room and its data become a PDF, with a font that comes with the program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone

FONTS = "pylopdf_fonts_zh_cn"  # a static Noto Sans SC; the package holds nothing but fonts
HOUSE = Path(__file__).resolve().parents[1] / "data" / "house.typ"


def pdf_print(
    template: Path, data: Mapping[str, Any], *, title: str, at: datetime, head: str = "", number: str = ""
) -> bytes:
    """This function returns a template filled with data as a PDF of A4 pages with number, date and page x of y.

    Data reaches the template as text and is never read as markup; nothing is fetched and no font of the system is used.
    """
    whole = {
        "title": title,
        "head": head or title,
        "number": number,
        "printed": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
        **data,
    }
    source = HOUSE.read_text(encoding="utf-8") + "\n" + template.read_text(encoding="utf-8")
    made = typst.compile(  # type: ignore[misc]
        source.encode(),
        font_paths=[str(files(FONTS))],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(whole, ensure_ascii=False)},
    )
    assert isinstance(made, bytes)
    return made
