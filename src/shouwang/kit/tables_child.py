"""The reader of foreign tables, run as a process of its own under limits; see `shouwang.kit.tables`.

It is started by its path and imports nothing of ours: `python -I tables_child.py FD XLSX_BYTES CSV_BYTES`. It writes
frames (four bytes of length, then JSON) to standard output: `{"sheet": …}` begins a sheet, `{"rows": …}` or
`{"columns": …}` follow, `{"refuse": code}` ends it all, `{"end": true}` says that everything was read.

Rows of one width go column by column, for that is joined and split at the speed of C: behind the JSON, which tells each
column's kind and bytes, stand the columns themselves: texts between NULs, numbers as doubles, all else as JSON again.
"""

from __future__ import annotations

import codecs
import csv
import gc
import io
import json
import mmap
import os
import resource
import sys
import zipfile
import zlib
from array import array
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

MB = 1024 * 1024
START_BYTES = 480 * MB  # address space until the size of the content is known
MOST_BYTES = 2048 * MB
START_SECONDS = 2
BLOCK = 4 * MB
RATIO = 100  # sheets shrink ten to forty times; a bomb a thousand times
RATIO_FROM = 8 * MB
CHUNK_CELLS = 40_000
HEAD_ROWS = 60  # banners and headings: rows of other widths and kinds than the data
NUL = "\0"  # in no cell: XML cannot hold it, a text file with it is refused
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class RefusedError(Exception):
    """The file is refused; the argument is a code that the parent turns into a sentence."""


def limit(*, address: int, seconds: int) -> None:
    """This function sets what the process may use from now on."""
    for kind, wanted in ((resource.RLIMIT_AS, address), (resource.RLIMIT_CPU, seconds)):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow_for(content_bytes: int) -> None:
    """This function widens the limits to what an honest table with so much content needs."""
    size = content_bytes // MB
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    limit(address=min(MOST_BYTES, START_BYTES + 5 * content_bytes), seconds=used + START_SECONDS + 1 + size // 4)


def send(frame: dict[str, Any], *columns: bytes) -> None:
    """This function writes one frame, and behind it the columns that it tells of."""
    body = _json(frame)
    sys.stdout.buffer.write(len(body).to_bytes(4, "big"))
    sys.stdout.buffer.write(body)
    for column in columns:
        sys.stdout.buffer.write(column)


def _json(value: object) -> bytes:
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def send_rows(first: int, rows: list[list[Any]], *, is_text: bool) -> None:
    """This function writes rows; in a text file a cell of blanks is as good as empty."""
    if len({len(row) for row in rows}) > 1 or not rows[0]:
        send({"first": first, "rows": [[_filled(cell, is_text) for cell in row] for row in rows]})
        return
    packed = [_packed(column, is_text) for column in zip(*rows, strict=True)]
    told = [[kind, len(body)] for kind, body in packed]
    send({"first": first, "count": len(rows), "columns": told}, *(body for _, body in packed))


def _filled(cell: Any, is_text: bool) -> Any:
    return None if cell == "" or (is_text and cell.isspace()) else cell


def _packed(column: tuple[Any, ...], is_text: bool) -> tuple[str, bytes]:
    """This function returns a column's kind and bytes."""
    kinds = {str} if is_text else set(map(type, column))
    if kinds == {float}:
        return "numbers", array("d", column).tobytes()
    if kinds == {str}:
        text = NUL.join(column)
        if text.count(NUL) == len(column) - 1:
            return "blank_texts" if is_text else "texts", text.encode("utf-8", "replace")
    elif kinds == {float, str}:
        numbers = [cell for cell in column if cell != ""]
        if set(map(type, numbers)) == {float}:
            return "some_numbers", bytes([cell != "" for cell in column]) + array("d", numbers).tobytes()
    return "mixed", _json([_filled(cell, is_text) for cell in column])


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return {"d": value.date().isoformat()} if value.time() == time() else {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


# ---- workbooks ----


def check_zip(data: Any) -> int:
    """This function refuses bombs, macros, encryption and archives that are no workbook; returns its bytes."""
    try:
        entries = zipfile.ZipFile(data).infolist()
    # zipfile raises NotImplementedError for a version or compression it does not know: to us an unreadable file.
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise RefusedError("unreadable") from None
    names = {entry.filename.lower() for entry in entries}
    if len(entries) > 5000:
        raise RefusedError("bomb")
    if any(entry.flag_bits & 1 for entry in entries):
        raise RefusedError("encrypted")
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise RefusedError("macros")
    if not any(name.startswith("xl/") for name in names):
        raise RefusedError("no_table")
    if "xl/workbook.xml" not in names:
        raise RefusedError("no_table")
    total = 0
    for entry in entries:
        if entry.file_size > RATIO_FROM and entry.file_size > RATIO * max(entry.compress_size, 1):
            raise RefusedError("bomb")
        total += entry.file_size
    if total > MOST_BYTES // 2:
        raise RefusedError("bomb")
    with zipfile.ZipFile(data) as archive:
        for entry in entries:
            _check_entry(archive, entry)
    return total


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """This function reads an entry through, because a directory may lie about sizes."""
    seen, tail = 0, b""
    look = entry.filename.lower() == "[content_types].xml"
    try:
        with archive.open(entry) as stream:
            while block := stream.read(BLOCK):
                seen += len(block)
                if seen > entry.file_size:
                    raise RefusedError("bomb")
                if look and b"macroenabled" in (tail + block).lower():
                    raise RefusedError("macros")
                tail = block[-32:]
    # zipfile raises NotImplementedError for a compression it does not know, and RuntimeError for an entry that wants a
    # password although no flag says so: to us both are unreadable.
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise RefusedError("unreadable") from None
    if seen != entry.file_size:
        raise RefusedError("bomb")


def check_ole(data: Any) -> int:
    """This function refuses encrypted packages and macros in the old format; returns the content's bytes."""

    def has(name: str) -> bool:
        return bool(data.find(name.encode("utf-16-le")) >= 0)

    if has("EncryptedPackage"):
        raise RefusedError("encrypted")
    if has("_VBA_PROJECT"):
        raise RefusedError("macros")
    if not (has("Workbook") or has("Book")):
        raise RefusedError("no_table")
    return len(data) * 4


def workbook(data: Any) -> None:
    """This function sends the visible sheets of a workbook."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for meta in book.sheets_metadata:
            if meta.typ in (calamine.SheetTypeEnum.MacroSheet, calamine.SheetTypeEnum.Vba):
                raise RefusedError("macros")
        for meta in book.sheets_metadata:
            if meta.typ is calamine.SheetTypeEnum.WorkSheet and meta.visible is calamine.SheetVisibleEnum.Visible:
                _sheet(book.get_sheet_by_name(meta.name), meta.name)
    except calamine.PasswordError:
        raise RefusedError("encrypted") from None
    except (calamine.CalamineError, ValueError, OSError):
        raise RefusedError("unreadable") from None


def _sheet(sheet: Any, name: str) -> None:
    merged = [[r1 + 1, c1, r2 + 1, c2] for (r1, c1), (r2, c2) in (sheet.merged_cell_ranges or []) if r1 < 60][:2000]
    send({"sheet": name, "merged": merged})
    if sheet.start is None:
        return
    size = max(1, CHUNK_CELLS // max(1, sheet.width))
    first = 1
    pad: list[Any] = [""] * sheet.start[1]
    # calamine's iter_rows begins at the sheet's first row but at the first used column.
    found = sheet.iter_rows()
    while rows := list(islice(found, size)):
        send_rows(first, [pad + row for row in rows] if pad else rows, is_text=False)
        first += len(rows)


# ---- text files ----


def text_file(data: Any) -> None:
    """This function sends the rows of a CSV file as one sheet without a name."""
    encoding = _encoding(data)
    allow_for(len(data) // 2)
    head = codecs.getincrementaldecoder(encoding)("strict").decode(bytes(data[: 64 * 1024]))
    if head.lstrip("\ufeff \t\r\n").lower().startswith(("<!doctype", "<html", "<table", "<?xml")):
        raise RefusedError("html")
    csv.field_size_limit(1 * MB)
    stream = io.TextIOWrapper(io.BufferedReader(_Raw(data), BLOCK), encoding=encoding, newline="")
    send({"sheet": "", "merged": []})
    first, size = 1, HEAD_ROWS
    try:
        reader = csv.reader(stream, delimiter=_delimiter(head))
        while rows := list(islice(reader, size)):
            send_rows(first, rows, is_text=True)
            first += len(rows)
            size = max(1, CHUNK_CELLS // max(1, len(rows[-1])))
    except csv.Error:
        raise RefusedError("unreadable") from None


class _Raw(io.RawIOBase):
    """The mapped file as a raw stream, so that a gigabyte is never held twice."""

    def __init__(self, data: Any) -> None:
        self.data, self.place = data, 0

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        block = self.data[self.place : self.place + len(target)]
        target[: len(block)] = block
        self.place += len(block)
        return len(block)


def _encoding(data: Any) -> str:
    """This function returns the encoding that reads the whole file: UTF-8, else GB18030; raises RefusedError."""
    head = bytes(data[:4])
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        candidates = ["utf-16"]
    else:
        if data.find(b"\0") >= 0:
            raise RefusedError("no_table")
        candidates = ["utf-8-sig", "gb18030"]
    for name in candidates:
        decoder = codecs.getincrementaldecoder(name)("strict")
        try:
            for start in range(0, len(data), BLOCK):
                decoder.decode(data[start : start + BLOCK], final=start + BLOCK >= len(data))
        except UnicodeError:
            continue
        return name
    raise RefusedError("encoding")


def _delimiter(head: str) -> str:
    lines = head.splitlines()[:20]
    counts = {sign: sum(line.count(sign) for line in lines) for sign in ",\t;|"}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] else ","


def main(descriptor: int, xlsx_bytes: int, csv_bytes: int) -> None:
    """This function reads the file behind a descriptor and sends it."""
    size = os.fstat(descriptor).st_size
    if size == 0:
        raise RefusedError("empty")
    head = os.pread(descriptor, 8, 0)
    is_book = head[:2] == b"PK" or head == OLE
    if size > (xlsx_bytes if is_book else csv_bytes):
        raise RefusedError("too_large_book" if is_book else "too_large_text")
    limit(address=START_BYTES + size, seconds=START_SECONDS + size // (100 * MB))
    data = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    if head[:2] == b"PK":
        allow_for(check_zip(io.BytesIO(data)))
        workbook(data)
    elif head == OLE:
        allow_for(check_ole(data))
        workbook(data)
    else:
        text_file(data)


if __name__ == "__main__":
    gc.disable()  # rows come and go, nothing of them holds itself
    try:
        main(*(int(argument) for argument in sys.argv[1:4]))
        send({"end": True})
    except RefusedError as refused:
        send({"refuse": str(refused.args[0])})
    except MemoryError:
        send({"refuse": "heavy"})
    sys.stdout.buffer.flush()
