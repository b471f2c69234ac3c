"""Printed forms: a template of a room and its data become a PDF, with a font that comes with the program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone
from PIL import ImageFont

FONTS = "noto_cjk_sans_otc"  # Noto Sans CJK whole, rare characters of names included; the package holds nothing else
FACES, SIMPLIFIED = "NotoSansCJK-Regular.ttc", 2
GETA = "〓"  # what printers set for a character they have no type of
FIRST_HAN, NO_SIGN = 0x3400, "\U0010fffe"
HOUSE = Path(__file__).resolve().parents[1] / "data" / "house.typ"


def pdf_print(
    template: Path, data: Mapping[str, Any], *, title: str, at: datetime, head: str = "", number: str = ""
) -> bytes:
    """This function returns a template filled with data as a PDF of A4 pages with number, date and page x of y.

    Data reaches the template as text and is never read as markup; nothing is fetched and no font of the system is used.
    A character that the font does not know is printed as 〓, and each page says that it is to be written in by hand.
    """
    whole = {
        "title": title,
        "head": head or title,
        "number": number,
        "printed": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
        **data,
    }
    text = json.dumps(whole, ensure_ascii=False)
    missing = {sign for sign in set(text) if ord(sign) >= FIRST_HAN and not is_drawn(sign)}
    for sign in missing:
        text = text.replace(sign, GETA)
    source = HOUSE.read_text(encoding="utf-8") + "\n" + template.read_text(encoding="utf-8")
    made = typst.compile(  # type: ignore[misc]
        source.encode(),
        font_paths=[str(files(FONTS))],
        ignore_system_fonts=True,
        sys_inputs={"data": text, "missing": GETA if missing else ""},
    )
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=1)
def _face() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(files(FONTS) / FACES), size=20, index=SIMPLIFIED)


def _shape(sign: str) -> tuple[tuple[int, int], bytes]:
    drawn = _face().getmask(sign)
    return drawn.size, bytes(drawn)


@lru_cache(maxsize=4096)
def is_drawn(sign: str) -> bool:
    """This function tells whether the font of printed forms has a character: it draws it unlike one it cannot have."""
    return _shape(sign) != _shape(NO_SIGN)
