"""Files that nobody should have sent, made from a good workbook."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BLOCK = b" " * 4_000_000


def bomb(good: bytes, *, blocks: int = 100) -> bytes:
    """This function returns a workbook of a few hundred kilobytes whose sheet unfolds to 400 MB."""
    source, buffer = zipfile.ZipFile(io.BytesIO(good)), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                archive.writestr(name, source.read(name))
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(source.read("xl/worksheets/sheet1.xml").split(b"</sheetData>")[0])
            for _ in range(blocks):
                sheet.write(BLOCK)
            sheet.write(b"</sheetData></worksheet>")
    return buffer.getvalue()


def with_macros(good: bytes) -> bytes:
    """This function returns the workbook with a project of macros in it."""
    buffer = io.BytesIO(good)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/vbaProject.bin", b"x" * 100)
    return buffer.getvalue()


# What is wrong → (file name, the file made from a good workbook, a word of the sentence).
WRONG_FILES: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "empty": ("表.xlsx", lambda good: b"", "空的"),
    "broken off": ("表.xlsx", lambda good: good[: len(good) // 2], "打不开"),
    "a picture": ("表.xlsx", lambda good: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "不是表格文件"),
    "a web page": ("表.xls", lambda good: "<html><table><tr><td>姓名".encode(), "网页格式"),
    "bombed": ("表.xlsx", bomb, "有害"),
    "with macros": ("表.xlsm", with_macros, "宏"),
    "encrypted": ("表.xlsx", lambda good: OLE + "EncryptedPackage".encode("utf-16-le") * 3, "密码"),
    "wrongly encoded": ("表.csv", lambda good: "姓名,备注\n".encode() + b"\xff\xfe\x81\x20\x80", "编码"),
}
