"""Who took a list out, drawn across it: a picture that spreadsheets lay behind their cells, tile by tile."""

from __future__ import annotations

import io
from functools import lru_cache
from importlib.resources import files

from PIL import Image, ImageDraw, ImageFont

FONTS, FACES, SIMPLIFIED = "noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc", 2
SIZE, PALE, LEAN, GAP = 16, (214, 214, 214, 255), 18, 60


@lru_cache(maxsize=1)
def _face() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(files(FONTS) / FACES), size=SIZE, index=SIMPLIFIED)


def mark_picture(text: str) -> bytes:
    """This function returns a text, pale and leaning, as a transparent PNG that is laid side by side."""
    left, top, right, bottom = _face().getbbox(text)
    line = Image.new("RGBA", (int(right - left) + GAP, int(bottom - top) + GAP), (255, 255, 255, 0))
    ImageDraw.Draw(line).text((GAP // 2 - left, GAP // 2 - top), text, font=_face(), fill=PALE)
    target = io.BytesIO()
    line.rotate(LEAN, expand=True).save(target, "PNG")
    return target.getvalue()
