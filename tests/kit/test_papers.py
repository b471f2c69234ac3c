"""Photos and PDFs from outside: known by content, made anew, or refused with one sentence."""

from __future__ import annotations

import io
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.factories.papers import pdf, photo

from shouwang.kit import papers, papers_maker
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.papers import PaperLimits, PaperRefusal, paper_prepare

Dictionary, Name = pikepdf.Dictionary, pikepdf.Name


def test_a_photo_is_drawn_anew_without_anything_it_carried_along() -> None:
    came = photo(position=((37, 38, 15), (115, 3, 0)), taken="2020:06:26 09:30:00") + "尾巴里的秘密".encode()
    ready = paper_prepare(came, name="IMG_2031.JPG")
    with Image.open(io.BytesIO(ready.content)) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (640, 480), {})
    assert (
        "张三".encode() not in ready.content and "秘密".encode() not in ready.content and b"Exif" not in ready.content
    )
    assert (ready.name, ready.media_type, ready.width, ready.height) == ("IMG_2031.jpg", "image/jpeg", 640, 480)
    assert b"Exif" not in ready.thumb


def test_place_and_time_of_a_photo_stand_beside_it_for_who_needs_them() -> None:
    ready = paper_prepare(photo(position=((37, 38, 15), (115, 3, 0)), taken="2020:06:26 09:30:00"), name="a.jpg")
    assert ready.position == (37.6375, 115.05)
    assert ready.taken_at == datetime(2020, 6, 26, 9, 30, tzinfo=SHANGHAI)
    south = paper_prepare(photo(position=((10, 30, 0), (20, 0, 0)), south_west=True), name="a.jpg")
    assert south.position == (-10.5, -20.0) and south.taken_at is None


@pytest.mark.parametrize("position", [((91, 0, 0), (115, 0, 0)), ((37, 0, 0), (181, 0, 0))])
def test_a_place_that_is_nowhere_is_no_place(position: Any) -> None:
    assert paper_prepare(photo(position=position, taken="gestern"), name="a.jpg").position is None


def test_a_photo_taken_sideways_comes_out_upright() -> None:
    ready = paper_prepare(photo(600, 400, orientation=6), name="a.jpg")
    assert (ready.width, ready.height) == (400, 600)
    with Image.open(io.BytesIO(ready.content)) as kept:
        top, bottom = kept.convert("RGB").getpixel((200, 50)), kept.convert("RGB").getpixel((200, 550))
    assert top[0] > 200 and top[2] < 60 and bottom[2] > 200 and bottom[0] < 60


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGB"), ("PNG", "P"), ("PNG", "RGBA"), ("PNG", "L"), ("WEBP", "RGB")]
)
def test_other_photos_come_out_as_jpeg_whatever_they_are_called(form: str, mode: str) -> None:
    ready = paper_prepare(photo(form=form, mode=mode), name="照片.exe")
    assert ready.media_type == "image/jpeg" and ready.name == "照片.jpg" and ready.content[:3] == b"\xff\xd8\xff"


def test_what_shines_through_becomes_white() -> None:
    target = io.BytesIO()
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(target, "PNG")
    with Image.open(io.BytesIO(paper_prepare(target.getvalue(), name="a.png").content)) as kept:
        assert min(kept.convert("RGB").getpixel((20, 20))) > 250  # type: ignore[type-var]


def test_a_photo_of_forty_megapixels_is_shrunk() -> None:
    ready = paper_prepare(photo(8000, 5000), name="大照片.jpg")
    assert (ready.width, ready.height) == (2560, 1600)
    with Image.open(io.BytesIO(ready.thumb)) as small:
        assert max(small.size) == 320


@pytest.mark.parametrize(("width", "is_taken"), [(1000, True), (1001, False)])
def test_too_many_pixels_are_refused_before_one_is_read(width: int, is_taken: bool) -> None:
    limits = PaperLimits(pixels=1000 * 500, edge=400)
    if is_taken:
        assert paper_prepare(photo(width, 500), name="a.jpg", limits=limits).width == 400
    else:
        with pytest.raises(papers.PaperTooManyPixels) as refusal:
            paper_prepare(photo(width, 500), name="a.jpg", limits=limits)
        assert "50 万像素" in refusal.value.message and "a.jpg" in str(refusal.value)


def png_bomb(width: int, height: int) -> bytes:
    """A PNG that claims a size; its body is a few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    body = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_picture_that_claims_a_thousand_million_pixels_is_refused() -> None:
    with pytest.raises(papers.PaperTooManyPixels):
        paper_prepare(png_bomb(40_000, 40_000), name="bomb.png")


def test_a_picture_that_takes_too_much_memory_is_stopped() -> None:
    with pytest.raises(PaperRefusal):
        paper_prepare(png_bomb(40_000, 40_000), name="bomb.png", limits=PaperLimits(pixels=2_000_000_000))


def test_a_text_that_unpacks_without_end_beside_a_picture_is_not_read() -> None:
    """A zTXt chunk of a gigabyte: Pillow reads none that long, and the photo is refused or taken without it."""
    body = b"Comment\0\0" + zlib.compress(b"A" * 200_000_000)
    chunk = len(body).to_bytes(4, "big") + b"zTXt" + body + zlib.crc32(b"zTXt" + body).to_bytes(4, "big")
    plain = photo(form="PNG")
    with pytest.raises(PaperRefusal):
        paper_prepare(plain[:33] + chunk + plain[33:], name="a.png")


def zip_of(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, "x")
    return target.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"", papers.PaperEmpty),
        (b"MZ\x90\0" + b"\0" * 500, papers.PaperIsProgram),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 500, papers.PaperIsProgram),
        (b"#!/bin/sh\nrm -rf /\n", papers.PaperIsProgram),
        (SVG, papers.PaperIsSvg),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x -->\n' + SVG, papers.PaperIsSvg),
        (b"<!DOCTYPE html><script>alert(1)</script>", papers.PaperIsPage),
        (zip_of("word/document.xml"), papers.PaperIsArchive),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, papers.PaperIsArchive),
        (photo(form="GIF", mode="P"), papers.PaperIsOtherImage),
        (photo(form="BMP"), papers.PaperIsOtherImage),
        (b"\0\0\0\x18ftypheic" + b"\0" * 500, papers.PaperIsOtherImage),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 500, papers.PaperIsVideo),
        ("今天去了他家".encode(), papers.PaperUnknown),
        (b"\xff\xd8\xff\xe0" + b"\0" * 500, papers.PaperUnreadable),
        (photo()[:2000], papers.PaperUnreadable),
        (b"%PDF-1.7\nnothing", papers.PaperUnreadable),
    ],
)
def test_what_is_neither_photo_nor_pdf_is_refused_by_its_content(content: bytes, refused: type[PaperRefusal]) -> None:
    with pytest.raises(refused) as refusal:
        paper_prepare(content, name="照片.jpg")
    assert type(refusal.value) is refused and "照片.jpg" in str(refusal.value)


@pytest.mark.parametrize(("size", "is_taken"), [(0, True), (-1, False)])
def test_a_file_too_large_is_refused_unread(size: int, is_taken: bool) -> None:
    content = photo()
    limits = PaperLimits(bytes=len(content) + size)
    if is_taken:
        assert paper_prepare(content, name="a.jpg", limits=limits).is_photo
    else:
        with pytest.raises(papers.PaperTooLarge):
            paper_prepare(content, name="a.jpg", limits=limits)


def test_a_number_in_a_files_name_goes_and_so_does_its_folder() -> None:
    assert paper_prepare(photo(), name="C:\\用户\\130529198001011234.jpg").name == "（号码已隐去）.jpg"


def test_a_plain_pdf_is_written_anew_without_its_particulars() -> None:
    ready = paper_prepare(pdf(2, root={"/OpenAction": pikepdf.Array([0, Name("/Fit")])}), name="证明.pdf")
    assert (ready.media_type, ready.pages, ready.thumb, ready.name) == ("application/pdf", 2, b"", "证明.pdf")
    with pikepdf.open(io.BytesIO(ready.content)) as kept:
        assert len(kept.pages) == 2 and "/OpenAction" not in kept.Root and not dict(kept.docinfo)
    assert "张三".encode("utf-16-be") not in ready.content


def action(kind: str, **more: Any) -> pikepdf.Dictionary:
    return Dictionary(S=Name(f"/{kind}"), **more)


@pytest.mark.parametrize(
    ("root", "page", "refused"),
    [
        ({"/OpenAction": action("JavaScript", JS="app.alert(1)")}, {}, papers.PaperHasScript),
        ({"/Names": Dictionary(JavaScript=Dictionary(Names=[]))}, {}, papers.PaperHasScript),
        ({"/AA": Dictionary(WC=action("GoTo"))}, {}, papers.PaperHasScript),
        ({}, {"/AA": Dictionary(O=action("JavaScript", JS="x"))}, papers.PaperHasScript),
        ({"/AcroForm": Dictionary(XFA="x")}, {}, papers.PaperHasScript),
        ({"/OpenAction": action("Launch", F="cmd.exe")}, {}, papers.PaperLaunches),
        ({}, {"/Annots": [Dictionary(Type=Name("/Annot"), A=action("SubmitForm", F="x"))]}, papers.PaperLaunches),
        ({"/Names": Dictionary(EmbeddedFiles=Dictionary(Names=[]))}, {}, papers.PaperHasFiles),
        ({}, {"/Annots": [Dictionary(Subtype=Name("/RichMedia"))]}, papers.PaperHasFiles),
    ],
)  # fmt: skip
def test_a_pdf_that_acts_or_hides_something_is_refused(
    root: dict[str, Any], page: dict[str, Any], refused: type[PaperRefusal]
) -> None:
    for mode in (pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate):
        with pytest.raises(refused):
            paper_prepare(pdf(root=root, page=page, object_stream_mode=mode), name="证明.pdf")


def test_a_pdf_with_a_password_is_refused() -> None:
    for user in ("geheim", ""):
        locked = pdf(encryption=pikepdf.Encryption(user=user, owner="owner"))
        with pytest.raises(papers.PaperEncrypted):
            paper_prepare(locked, name="a.pdf")


@pytest.mark.parametrize(("pages", "is_taken"), [(3, True), (4, False)])
def test_a_pdf_of_too_many_pages_is_refused(pages: int, is_taken: bool) -> None:
    limits = PaperLimits(pages=3)
    if is_taken:
        assert paper_prepare(pdf(pages), name="a.pdf", limits=limits).pages == 3
    else:
        with pytest.raises(papers.PaperTooManyPages):
            paper_prepare(pdf(pages), name="a.pdf", limits=limits)


SOUND = (photo(60, 40), photo(60, 40, form="PNG"), pdf())


@settings(max_examples=40)
@given(which=st.sampled_from(SOUND), at=st.integers(0, 400), broken=st.binary(min_size=1, max_size=30))
def test_whatever_comes_is_made_safe_or_refused_with_a_sentence(which: bytes, at: int, broken: bytes) -> None:
    content = which[:at] + broken + which[at + len(broken) :]
    try:
        ready = paper_prepare(content, name="a.jpg")
    except PaperRefusal as refusal:
        assert refusal.message.endswith("。")
    else:
        assert ready.media_type in papers.SUFFIXES and ready.content


def test_papers_are_made_side_by_side_and_by_a_new_process_when_the_one_that_stood_ready_was_killed() -> None:
    wide = [photo(200 + number, 100) for number in range(8)]
    with ThreadPoolExecutor(8) as together:
        ready = list(together.map(lambda content: paper_prepare(content, name="a.jpg"), wide))
    assert [each.width for each in ready] == [200 + number for number in range(8)]
    standing = papers_maker._MAKER.process
    assert standing is not None
    standing.kill()
    standing.wait()
    assert paper_prepare(wide[0], name="a.jpg").width == 200
    assert papers_maker._MAKER.process is not standing


def test_the_process_that_stands_ready_holds_nothing_of_the_one_that_asks() -> None:
    paper_prepare(photo(), name="a.jpg")
    standing = papers_maker._MAKER.process
    assert standing is not None
    assert Path(f"/proc/{standing.pid}/environ").read_bytes().split(b"\0") == [b"LANG=C.UTF-8", b""]
    held = {str(each.readlink()) for each in Path(f"/proc/{standing.pid}/fd").iterdir()}
    assert all(each == "/dev/null" or each.startswith("socket:") for each in held), held
