"""The maker of safe photos and PDFs, a process of its own that forks for every paper; see `shouwang.kit.papers_maker`.

It is started by its path and imports nothing of ours: `python -I papers_child.py SOCKET`. Each message on the socket is
one paper: its limits (JSON) and three descriptors: of the file, of the pipe for what is made, of the pipe for how its
process ended. Under limits of its own that process writes one line of JSON, then the new file, then the thumbnail:
`{"media": …, "sizes": [bytes, bytes], …}`, or `{"refuse": code}` and nothing else. What comes out was written anew by
us; no byte of a photo is passed on.
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import socket
import sys
from datetime import datetime
from typing import Any

MB = 1024 * 1024
ADDRESS_BYTES = 1536 * MB
SECONDS = 20
THUMB_EDGE = 320
# What files are by their first bytes, where that gives a better reason than "neither photo nor PDF".
KNOWN = (
    (b"MZ", "program"), (b"\x7fELF", "program"), (b"#!", "program"), (b"\xca\xfe\xba\xbe", "program"),
    (b"\xcf\xfa\xed\xfe", "program"), (b"PK\x03\x04", "archive"), (b"Rar!", "archive"), (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"), (b"\xd0\xcf\x11\xe0", "office"), (b"{\\rtf", "office"), (b"GIF8", "other_image"),
    (b"BM", "other_image"), (b"II*\0", "other_image"), (b"MM\0*", "other_image"),
)  # fmt: skip
GPS, TAKEN, EXIF = 0x8825, 0x9003, 0x8769
# Names whose mere presence in a PDF makes something run, open or send without being asked.
ACTIVE = {
    "/JS": "script", "/JavaScript": "script", "/XFA": "script", "/Launch": "launch", "/SubmitForm": "launch",
    "/ImportData": "launch", "/GoToE": "embedded", "/EmbeddedFile": "embedded", "/EmbeddedFiles": "embedded",
    "/EF": "embedded", "/RichMedia": "embedded", "/AA": "script",
}  # fmt: skip


class RefusedError(Exception):
    """The file is refused; the argument is a code that the parent turns into a sentence."""


def limit() -> None:
    """This function sets what the process may use: memory, processor time, time on the clock, no file on the disk."""
    signal.alarm(3 * SECONDS)
    limits = ((resource.RLIMIT_AS, ADDRESS_BYTES), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0))
    for kind, wanted in (*limits, (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def kind_of(head: bytes) -> str:
    """This function tells by its first bytes what a file is: `image`, `pdf`, or the reason to refuse it."""
    if head[:3] == b"\xff\xd8\xff" or head[:8] == b"\x89PNG\r\n\x1a\n" or (head[:4] + head[8:12]) == b"RIFFWEBP":
        return "image"
    if head[:5] == b"%PDF-":
        return "pdf"
    if head[4:8] == b"ftyp":
        return "other_image" if head[8:12] in (b"heic", b"heix", b"mif1", b"avif", b"hevc") else "video"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text[:4096]:
        return "svg"
    if text.startswith((b"<!doctype html", b"<html", b"<script", b"<?xml", b"<!--")):
        return "page"
    return next((code for sign, code in KNOWN if head.startswith(sign)), "unknown")


def image(content: bytes, *, pixels: int, edge: int) -> tuple[dict[str, Any], bytes, bytes]:
    """This function draws a photo anew as JPEG, upright, no larger than `edge`, without anything it carried along."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit below is asked before a pixel is read
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as opened:
        width, height = opened.size
        if width * height > pixels:
            raise RefusedError("pixels")
        about = _about(opened)
        opened.draft("RGB", (edge, edge))  # a JPEG is read at half, a quarter, an eighth: a large one costs no memory
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        drawn = _on_white(upright)
    drawn.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
    about |= {"media": "image/jpeg", "width": drawn.width, "height": drawn.height}
    about["was"] = [width, height]
    full = _jpeg(drawn, 85)
    drawn.thumbnail((THUMB_EDGE, THUMB_EDGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return about, full, _jpeg(drawn, 75)


def _on_white(picture: Any) -> Any:
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return picture.convert("RGB")


def _jpeg(picture: Any, quality: int) -> bytes:
    target = io.BytesIO()
    picture.info = {}
    picture.save(target, "JPEG", quality=quality, optimize=True)
    return target.getvalue()


def _about(picture: Any) -> dict[str, Any]:
    """This function reads when and where a photo says it was taken; what cannot be read is left out."""
    try:
        exif = picture.getexif()
        found = {"taken_at": _taken(exif.get_ifd(EXIF).get(TAKEN)), "position": _position(exif.get_ifd(GPS))}
    except Exception:  # whatever a foreign header holds, the photo itself may be sound
        return {}
    return {name: value for name, value in found.items() if value is not None}


def _taken(text: Any) -> str | None:
    try:
        return datetime.strptime(str(text).strip("\0 "), "%Y:%m:%d %H:%M:%S").isoformat()  # noqa: DTZ007 - no zone there
    except ValueError:
        return None


def _position(gps: Any) -> list[float] | None:
    try:
        found = [_degrees(gps[2], gps[1], "S"), _degrees(gps[4], gps[3], "W")]
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return None
    return found if abs(found[0]) <= 90 and abs(found[1]) <= 180 else None


def _degrees(parts: Any, side: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return round(-value if str(side).strip("\0 ").upper() == negative else value, 6)


def pdf(content: bytes, *, pages: int) -> tuple[dict[str, Any], bytes, bytes]:
    """This function writes a PDF anew without its particulars; one that runs, opens or hides things is refused."""
    import pikepdf

    try:
        opened = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError:
        raise RefusedError("encrypted") from None
    with opened as found:
        if found.is_encrypted:
            raise RefusedError("encrypted")
        count = len(found.pages)
        if not 0 < count <= pages:
            raise RefusedError("pages" if count else "unreadable")
        for thing in found.objects:
            look(thing)
        # What is left of /OpenAction names a page to begin with; anything that acts was refused above.
        for owner, name in ((found.Root, "/OpenAction"), (found.Root, "/Metadata"), (found.trailer, "/Info")):
            if name in owner:
                del owner[name]
        target = io.BytesIO()
        found.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return {"media": "application/pdf", "pages": count}, target.getvalue(), b""


def look(top: Any) -> None:
    """This function refuses an object of a PDF that would act by itself, or has something else inside."""
    import pikepdf

    waiting = [top]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Array):
            waiting += [each for each in thing if not _stands_alone(each)]
            continue
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            continue
        for name, value in thing.items():
            named = str(value) if isinstance(value, pikepdf.Name) else ""
            code = ACTIVE.get(name) or (ACTIVE.get(named) if name in ("/S", "/Type", "/Subtype") else None)
            if code is not None:
                raise RefusedError(code)
            if not _stands_alone(value):
                waiting.append(value)


def _stands_alone(value: Any) -> bool:
    # Objects with a number of their own come by themselves; following them here would go round in circles.
    return bool(getattr(value, "is_indirect", False))


def make(descriptor: int, limits: dict[str, int]) -> bytes:
    """This function makes the file behind a descriptor safe and returns what is to be sent."""
    size = os.fstat(descriptor).st_size
    if size == 0:
        raise RefusedError("empty")
    if size > limits["bytes"]:
        raise RefusedError("too_large")
    content = os.pread(descriptor, size, 0)
    kind = kind_of(content[:8192])
    if kind == "image":
        about, full, thumb = image(content, pixels=limits["pixels"], edge=limits["edge"])
    elif kind == "pdf":
        about, full, thumb = pdf(content, pages=limits["pages"])
    else:
        raise RefusedError(kind)
    return json.dumps({**about, "sizes": [len(full), len(thumb)]}).encode() + b"\n" + full + thumb


def answer(descriptor: int, limits: dict[str, int], target: int) -> None:
    """This function makes one paper under limits and writes the answer; it runs in a process of its own."""
    limit()
    try:
        told = make(descriptor, limits)
    except RefusedError as refused:
        told = json.dumps({"refuse": str(refused.args[0])}).encode() + b"\n"
    except MemoryError:
        told = b'{"refuse": "heavy"}\n'
    except Exception:  # a library that cannot read it is an answer too
        told = b'{"refuse": "unreadable"}\n'
    while told:
        told = told[os.write(target, told) :]


def watch(asked: dict[str, int], source: int, target: int, tells: int) -> None:
    """This function has one paper made in a fork and tells how that ended: below zero, killed by that signal."""
    maker = os.fork()
    if maker == 0:
        os.close(tells)
        answer(source, asked, target)
        os._exit(0)
    os.close(target)
    _, status = os.waitpid(maker, 0)
    os.write(tells, str(os.waitstatus_to_exitcode(status)).encode())


def serve(line: socket.socket) -> None:
    """This function forks for every paper that comes, until nobody is there to send one."""
    from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401 - loaded once

    while True:
        message, descriptors, _, _ = socket.recv_fds(line, 4096, 3)
        if not message:
            return
        if os.fork() == 0:
            try:
                line.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                watch(json.loads(message), *descriptors)
            finally:
                os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who watches a paper tells of it; nobody is left behind
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for those who own the socket
    with socket.socket(fileno=int(sys.argv[1])) as mine:
        serve(mine)
