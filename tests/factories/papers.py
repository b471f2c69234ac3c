"""Photos and PDFs as phones and offices make them, sound and foul."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from PIL import Image, ImageDraw

from shouwang.kit.papers import Ready, paper_prepare

ORIENTATION, EXIF, GPS, TAKEN, MAKER = 0x0112, 0x8769, 0x8825, 0x9003, 0x010F


def photo(
    width: int = 640,
    height: int = 480,
    *,
    form: str = "JPEG",
    mode: str = "RGB",
    position: tuple[tuple[int, int, int], tuple[int, int, int]] | None = None,
    taken: str = "",
    orientation: int = 1,
    south_west: bool = False,
) -> bytes:
    """This function returns a photo: red on the left, blue on the right; `position` in degrees, minutes, seconds."""
    picture = Image.new(mode, (width, height), "white")
    if mode == "RGB":
        draw = ImageDraw.Draw(picture)
        draw.rectangle((0, 0, width // 2, height), fill="red")
        draw.rectangle((width // 2, 0, width, height), fill="blue")
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, "张三的手机"
    if taken:
        exif.get_ifd(EXIF)[TAKEN] = taken
    if position:
        gps = exif.get_ifd(GPS)
        gps[1], gps[3] = ("S", "W") if south_west else ("N", "E")
        gps[2], gps[4] = position
    target = io.BytesIO()
    picture.save(target, form, **({"exif": exif} if form in ("JPEG", "WEBP") else {}))
    return target.getvalue()


def pdf(
    pages: int = 1, *, root: dict[str, Any] | None = None, page: dict[str, Any] | None = None, **save: Any
) -> bytes:
    """This function returns a PDF of blank pages; `root` and `page` are further entries of its dictionaries."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
    for name, value in (root or {}).items():
        made.Root[name] = made.make_indirect(_own(value)) if isinstance(value, pikepdf.Dictionary) else _own(value)
    for name, value in (page or {}).items():
        made.pages[0].obj[name] = _own(value)
    made.docinfo["/Author"] = "张三"
    target = io.BytesIO()
    made.save(target, **save)
    return target.getvalue()


def _own(value: Any) -> Any:
    """This function returns a value of this PDF alone: an object given to one cannot be given to another."""
    return pikepdf.Object.parse(value.unparse()) if isinstance(value, pikepdf.Object) else value


def ready_photo(**options: Any) -> Ready:
    """This function returns a safe photo."""
    return paper_prepare(photo(**options), name="现场.jpg")
