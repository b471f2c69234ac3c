"""Photos and PDFs from outside, made safe: known by content, drawn or written anew in a limited child process.

    ready = paper_prepare(content, name="IMG_2031.jpg")   # Ready, or a PaperRefusal with one sentence

The name of a file says nothing about it. A photo comes back upright, shrunk, as JPEG without a single byte of the one
that came, so without place, camera, comment or anything hidden behind its end; when and where it says it was taken
stands beside it, for who needs that (the proof of a posting), and is dropped by everybody else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Place, Refusal
from shouwang.kit.papers_maker import MakerTooSlow, paper_make
from shouwang.kit.texts import numbers_hidden

MB = 1024 * 1024
WAIT_SECONDS = 60
JPEG, PDF = "image/jpeg", "application/pdf"
SUFFIXES = {JPEG: ".jpg", PDF: ".pdf"}


@dataclass(frozen=True)
class PaperLimits:
    """The largest files taken: bytes, pixels and pages that may come, and the longer edge that is kept."""

    bytes: int = 15 * MB
    pixels: int = 50_000_000
    edge: int = 2560
    pages: int = 60


@dataclass(frozen=True)
class Ready:
    """A safe photo or PDF. `position` is latitude and longitude in degrees; `taken_at` as the camera's clock said."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    thumb: bytes = field(repr=False, default=b"")
    width: int = 0
    height: int = 0
    pages: int = 0
    taken_at: datetime | None = None
    position: tuple[float, float] | None = None

    @property
    def is_photo(self) -> bool:
        return self.media_type == JPEG


class PaperRefusal(Refusal):
    """The file cannot be taken; `place` names it."""


class PaperEmpty(PaperRefusal):
    sentence = "文件是空的，没有任何内容。"


class PaperTooLarge(PaperRefusal):
    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"文件太大，最多 {limit_bytes // MB} MB。照片请用手机的普通画质，PDF 请拆开后分别上传。")


class PaperTooManyPixels(PaperRefusal):
    def __init__(self, pixels: int) -> None:
        super().__init__(f"照片的像素太高，最多 {pixels // 10_000} 万像素。请用手机的普通画质重拍。")


class PaperTooManyPages(PaperRefusal):
    def __init__(self, pages: int) -> None:
        super().__init__(f"PDF 的页数太多，最多 {pages} 页。请只留有关的几页，或拆开后分别上传。")


class PaperIsProgram(PaperRefusal):
    sentence = "这个文件的内容是程序，不是照片，不能接收。文件名怎么写都一样。"


class PaperIsSvg(PaperRefusal):
    sentence = "这是 SVG 图形，里面可以藏脚本，不能接收。请拍照，或另存为 JPG、PNG 图片。"


class PaperIsPage(PaperRefusal):
    sentence = "这个文件的内容是网页，里面可以藏脚本，不能接收。请截图或打印成 PDF。"


class PaperIsArchive(PaperRefusal):
    sentence = "这是压缩包或 Office 文件，不能接收。请打印成 PDF，或逐张拍照。"


class PaperIsOtherImage(PaperRefusal):
    sentence = "这种图片格式不能接收。请另存为 JPG 或 PNG；苹果手机请在“设置 - 相机 - 格式”里选“兼容性最佳”后重拍。"


class PaperIsVideo(PaperRefusal):
    sentence = "这是视频，不能接收。请拍照片。"


class PaperUnknown(PaperRefusal):
    sentence = "这个文件不是照片（JPG、PNG、WebP），也不是 PDF，不能接收。"


class PaperUnreadable(PaperRefusal):
    sentence = "文件打不开，可能没有传完或已经损坏。请重新拍照或重新导出。"


class PaperTooHeavy(PaperRefusal):
    sentence = "文件解开后大得不正常，可能是有害文件，没有接收。请重新拍照或重新导出。"


class PaperEncrypted(PaperRefusal):
    sentence = "PDF 设有密码，打不开。请去掉密码后再上传。"


class PaperHasScript(PaperRefusal):
    sentence = "PDF 里有会自动运行的脚本或动作，不能接收。请用“打印成 PDF”另存一份。"


class PaperLaunches(PaperRefusal):
    sentence = "PDF 会打开别的程序或向外发送内容，不能接收。请用“打印成 PDF”另存一份。"


class PaperHasFiles(PaperRefusal):
    sentence = "PDF 里夹带了别的文件，不能接收。请用“打印成 PDF”另存一份，夹带的文件分别上传。"


_REFUSALS: dict[str, type[PaperRefusal]] = {
    "empty": PaperEmpty, "program": PaperIsProgram, "svg": PaperIsSvg, "page": PaperIsPage, "archive": PaperIsArchive,
    "office": PaperIsArchive, "other_image": PaperIsOtherImage, "video": PaperIsVideo, "unknown": PaperUnknown,
    "heavy": PaperTooHeavy, "encrypted": PaperEncrypted, "script": PaperHasScript, "launch": PaperLaunches,
    "embedded": PaperHasFiles, "unreadable": PaperUnreadable,
}  # fmt: skip


def paper_prepare(content: bytes, *, name: str, limits: PaperLimits | None = None) -> Ready:
    """This function makes a photo or PDF safe; raises a `PaperRefusal` that names the file.

    The child has no environment, writes no file, and is stopped when it takes too much memory or time.
    """
    limits = limits or PaperLimits()
    shown = numbers_hidden(Path(name.replace("\\", "/")).name)[-100:] or "未命名"
    place = Place(file=shown)
    if len(content) > limits.bytes:
        raise PaperTooLarge(limits.bytes).at(file=shown)
    head, body = _made(content, limits, place)
    if "refuse" in head:
        raise _refusal(str(head["refuse"]), limits).at(file=shown)
    full, thumb = head["sizes"]
    if len(body) != full + thumb:
        raise PaperUnreadable(place=place)
    taken = head.get("taken_at")
    position = head.get("position")
    return Ready(
        name=Path(shown).stem + SUFFIXES[head["media"]],
        media_type=head["media"],
        content=body[:full],
        thumb=body[full:],
        width=int(head.get("width", 0)),
        height=int(head.get("height", 0)),
        pages=int(head.get("pages", 0)),
        taken_at=datetime.fromisoformat(taken).replace(tzinfo=SHANGHAI) if taken else None,
        position=(float(position[0]), float(position[1])) if position else None,
    )


def _made(content: bytes, limits: PaperLimits, place: Place) -> tuple[dict[str, Any], bytes]:
    asked = {"bytes": limits.bytes, "pixels": limits.pixels, "edge": limits.edge, "pages": limits.pages}
    try:
        code, made = paper_make(content, asked, wait_seconds=WAIT_SECONDS)
    except MakerTooSlow:
        raise PaperTooHeavy(place=place) from None
    head, _, body = made.partition(b"\n")
    if not head:
        raise (PaperTooHeavy if code < 0 else PaperUnreadable)(place=place)
    return json.loads(head), body


def _refusal(code: str, limits: PaperLimits) -> PaperRefusal:
    if code == "too_large":
        return PaperTooLarge(limits.bytes)
    if code == "pixels":
        return PaperTooManyPixels(limits.pixels)
    if code == "pages":
        return PaperTooManyPages(limits.pages)
    return _REFUSALS.get(code, PaperUnreadable)()
