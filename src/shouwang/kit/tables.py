"""Reading foreign tables safely: XLSX, XLS and CSV in a limited child process, and finding their heading row.

How it is used (`source` is bytes, or a path the command line was given; bytes never touch the disk):

    with tables_open(source, name="九月住院.xlsx") as sheets:
        for sheet in sheets:                              # Sheet: name, merged, rows
            found = heading_find(sheet, known=KNOWN)      # KNOWN: heading → field, variants included
            if found is None: …                           # raise HeadingMissing(...) or go to the next sheet
            for number, cells in sheet.rows:              # rows after the heading row; number as a spreadsheet counts
                cell = cells[column] if column < len(cells) else None

Sheets and rows stream: a sheet's rows must be read (or left) before the next sheet begins. Cells are None, str, int,
float, bool, date or datetime. `heading_find` looks at the first rows, joins merged headings of two rows, and leaves the
iterator behind the heading. An ID or number in a numeric cell stays a float, so that `kit.resident_id` refuses it.
`cell_text` turns a cell into text as a person sees it. Every refusal names the file.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import IO, Any

from shouwang.kit.errors import Place, Refusal
from shouwang.kit.texts import numbers_hidden, squeezed

MB = 1024 * 1024
CHILD = Path(__file__).with_name("tables_child.py")
HEADING_WITHIN = 30
MOST_FRAME = 256 * MB

Cell = None | str | int | float | bool | date | datetime


@dataclass(frozen=True)
class TableLimits:
    """The largest files taken, in bytes."""

    xlsx_bytes: int = 50 * MB
    csv_bytes: int = 1024 * MB


class TableRefusal(Refusal):
    """The file cannot be taken; `place` names it."""


class TableEmpty(TableRefusal):
    sentence = "文件是空的，没有任何内容。"


class TableUnreadable(TableRefusal):
    sentence = "文件打不开，可能没有传完或已经损坏，请在 Excel 里打开后另存为 xlsx 再上传。"


class TableNotATable(TableRefusal):
    sentence = "这不是表格文件，只能上传 xlsx、xls 或 csv。"


class TableIsHtml(TableRefusal):
    sentence = "这是网页格式的表格，请在 Excel 里打开后另存为 xlsx 再上传。"


class TableTooLarge(TableRefusal):
    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"文件太大，最多 {limit_bytes // MB} MB，请按乡镇或月份拆开后分别上传。")


class TableBomb(TableRefusal):
    sentence = "文件解开后大得不正常，可能是有害文件，没有读取。请重新导出后再上传。"


class TableTooHeavy(TableRefusal):
    sentence = "文件内容太多或结构异常，读取时超出限制，已经停止。请拆成几个文件后再上传。"


class TableHasMacros(TableRefusal):
    sentence = "文件带有宏，不能接收。请在 Excel 里另存为不带宏的 xlsx 再上传。"


class TableEncrypted(TableRefusal):
    sentence = "文件设有密码，打不开。请去掉密码后再上传。"


class TableWrongEncoding(TableRefusal):
    sentence = "文字编码不对，认不出汉字。请另存为 UTF-8 或 GB18030 编码的 csv，或者 xlsx。"


class HeadingMissing(TableRefusal):
    """No row of the sheet's first rows looks like the headings that were asked for."""

    def __init__(self, wanted: Iterable[str] = ()) -> None:
        named = "、".join(list(wanted)[:4])
        hint = f"，表头里应当有：{named}" if named else ""
        super().__init__(f"前 {HEADING_WITHIN} 行里没有找到能认出的表头{hint}。请核对是不是选错了表。")


_REFUSALS: dict[str, type[TableRefusal]] = {
    "empty": TableEmpty, "unreadable": TableUnreadable, "no_table": TableNotATable, "html": TableIsHtml,
    "bomb": TableBomb, "heavy": TableTooHeavy, "macros": TableHasMacros, "encrypted": TableEncrypted,
    "encoding": TableWrongEncoding,
}  # fmt: skip


@dataclass
class Sheet:
    """One sheet as it streams: `rows` yields (number, cells); `merged` are [row, column, row, column], rows from 1."""

    file: str
    name: str
    merged: list[list[int]]
    rows: Iterator[tuple[int, list[Any]]] = field(repr=False)

    @property
    def place(self) -> Place:
        return Place(file=self.file, sheet=self.name)


@dataclass(frozen=True)
class HeadingRow:
    """Where the headings stand and what they say: `texts` by column; `fields` maps a known field to its column.

    A heading that occurs twice counts at its first place. `columns` maps every column with a heading to its text.
    """

    row: int
    columns: Mapping[int, str]
    fields: Mapping[str, int]

    def unknown(self) -> dict[int, str]:
        """This function returns the columns whose heading is no known field."""
        known = set(self.fields.values())
        return {column: text for column, text in self.columns.items() if column not in known}


@contextmanager
def tables_open(source: bytes | Path, *, name: str, limits: TableLimits | None = None) -> Iterator[Iterator[Sheet]]:
    """This function opens a foreign table and yields its visible sheets; raises a `TableRefusal`, also while reading.

    The child has no environment, no network use of its own, and limits on memory and time that grow with the content.
    """
    limits = limits or TableLimits()
    with _descriptor(source, name) as descriptor:
        child = subprocess.Popen(
            [sys.executable, "-I", str(CHILD), str(descriptor), str(limits.xlsx_bytes), str(limits.csv_bytes)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(descriptor,),
            env={"LANG": "C.UTF-8"},
            cwd="/",
        )
        try:
            yield _sheets(child, name, limits)
        finally:
            child.kill()
            child.wait()
            if child.stdout:
                child.stdout.close()


@contextmanager
def _descriptor(source: bytes | Path, name: str) -> Iterator[int]:
    if isinstance(source, Path):
        try:
            handle: IO[bytes] = source.open("rb")
        except OSError:
            raise TableUnreadable("文件打不开，请核对路径和读取权限。", place=Place(file=name)) from None
    elif hasattr(os, "memfd_create"):
        handle = os.fdopen(os.memfd_create("table"), "w+b")
        handle.write(source)
    else:
        handle = tempfile.TemporaryFile()  # noqa: SIM115 - closed below
        handle.write(source)
    with handle:
        handle.flush() if handle.writable() else None
        yield handle.fileno()


def _frames(child: subprocess.Popen[bytes], name: str, limits: TableLimits) -> Iterator[dict[str, Any]]:
    stdout = child.stdout
    assert stdout is not None
    while True:
        head = stdout.read(4)
        size = int.from_bytes(head, "big") if len(head) == 4 else 0
        body = stdout.read(size) if 0 < size <= MOST_FRAME else b""
        if not body or len(body) < size:
            code = child.wait()
            stopped = code in (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS)
            raise (TableTooHeavy if stopped else TableUnreadable)(place=Place(file=name))
        frame = json.loads(body, object_hook=_revived)
        if "columns" in frame:
            frame["columns"] = _columns(stdout, frame, name)
        if "refuse" in frame:
            code_text = str(frame["refuse"])
            if code_text.startswith("too_large"):
                raise TableTooLarge(limits.xlsx_bytes if code_text.endswith("book") else limits.csv_bytes).at(file=name)
            raise _REFUSALS.get(code_text, TableUnreadable)(place=Place(file=name))
        if "end" in frame:
            return
        yield frame


def _columns(stdout: IO[bytes], frame: dict[str, Any], name: str) -> list[list[Any]]:
    """This function reads the columns behind a frame; the child is not trusted to have told them rightly."""
    try:
        height, columns = int(frame["count"]), []
        for kind, size in frame["columns"]:
            body = stdout.read(size) if 0 < size <= MOST_FRAME else b""
            columns.append(_COLUMNS[kind](body, height) if len(body) == size else [])
    except (KeyError, TypeError, ValueError):
        raise TableUnreadable(place=Place(file=name)) from None
    if any(len(column) != height for column in columns):
        raise TableUnreadable(place=Place(file=name))
    return columns


def _texts(body: bytes, _: int) -> list[Any]:
    cells: list[Any] = body.decode("utf-8", "replace").split("\0")
    return [cell or None for cell in cells] if "" in cells else cells


def _blank_texts(body: bytes, _: int) -> list[Any]:
    text = body.decode("utf-8", "replace")
    cells: list[Any] = text.split("\0")
    if text.split(None, 1) == [text]:  # no blank anywhere: nothing to look for cell by cell
        return [cell or None for cell in cells] if "" in cells else cells
    return [None if not cell or cell.isspace() else cell for cell in cells]


def _numbers(body: bytes, _: int = 0) -> list[Any]:
    numbers = array("d")
    numbers.frombytes(body[: len(body) // 8 * 8])
    return numbers.tolist()


def _some_numbers(body: bytes, count: int) -> list[Any]:
    numbers = iter(_numbers(body[count:]))
    return [next(numbers, None) if is_filled else None for is_filled in body[:count]]


def _mixed(body: bytes, _: int) -> list[Any]:
    cells = json.loads(body, object_hook=_revived)
    return cells if isinstance(cells, list) else []


_COLUMNS: dict[str, Callable[[bytes, int], list[Any]]] = {
    "texts": _texts, "blank_texts": _blank_texts, "numbers": _numbers, "some_numbers": _some_numbers, "mixed": _mixed,
}  # fmt: skip


def _revived(value: dict[str, Any]) -> Any:
    if len(value) == 1:
        if "d" in value:
            return date.fromisoformat(value["d"])
        if "t" in value:
            return datetime.fromisoformat(value["t"])
    return value


def _sheets(child: subprocess.Popen[bytes], name: str, limits: TableLimits) -> Iterator[Sheet]:
    frames = _frames(child, name, limits)
    pending: list[dict[str, Any]] = []

    def rows() -> Iterator[tuple[int, list[Any]]]:
        for frame in frames:
            if "sheet" in frame:
                pending.append(frame)
                return
            whole = map(list, zip(*frame["columns"], strict=True)) if "columns" in frame else frame["rows"]
            yield from zip(count(int(frame["first"])), whole, strict=False)

    for frame in frames:
        pending.append(frame)
        while pending:
            begun = pending.pop()
            sheet = Sheet(name, str(begun["sheet"]), list(begun["merged"]), rows())
            yield sheet
            for _ in sheet.rows:  # what the caller left unread
                pass


# ---- headings ----

_SIGNS = re.compile(r"[\s()\[\]【】〔〕{}<>《》“”\"'‘’、，,。.:;；:/\\|*＊_·\-+]")
_UNIT = re.compile(r"\((?:元|万元|亩|平方米|月|个月|月数|岁|人|公里|%)(?:/[^)]*)?\)")


def heading_key(text: object) -> str:
    """This function returns a heading as it is compared: half-width, no blanks, no signs, upper case."""
    return _SIGNS.sub("", squeezed(str(text if text is not None else ""))).upper()


def heading_key_plain(text: object) -> str:
    """This function returns a heading's key without a unit in brackets: 合计（元） → 合计."""
    return heading_key(_UNIT.sub("", squeezed(str(text if text is not None else ""))))


def headings_index(known: Mapping[str, str]) -> dict[str, str]:
    """This function returns keys (with and without unit) → field for a mapping of headings to fields."""
    index = {heading_key(text): name for text, name in known.items()}
    for text, name in known.items():
        index.setdefault(heading_key_plain(text), name)
    return index


def heading_find(
    sheet: Sheet, *, known: Mapping[str, str], minimum: int = 2, within: int = HEADING_WITHIN
) -> HeadingRow | None:
    """This function finds the heading row among the first rows by the known headings (heading or variant → field).

    The row with the most known fields wins, the first of equals; two rows joined by merged cells count as one. On
    success `sheet.rows` goes on behind the heading; otherwise it starts again at the first row.
    """
    index = headings_index(known)
    head: list[tuple[int, list[Any]]] = []
    for row in sheet.rows:
        head.append(row)
        if len(head) >= within:
            break
    best: tuple[int, int, HeadingRow] | None = None
    for place in range(len(head)):
        for depth in (1, 2):
            found = _heading_at(head, place, depth, sheet.merged, index)
            if found is not None and len(found.fields) >= minimum and (best is None or len(found.fields) > best[0]):
                best = (len(found.fields), place + depth, found)
    rest = head if best is None else head[best[1] :]
    sheet.rows = _chained(rest, sheet.rows)
    return best[2] if best else None


def _chained(first: list[tuple[int, list[Any]]], then: Iterator[tuple[int, list[Any]]]) -> Iterator[Any]:
    yield from first
    yield from then


def _heading_at(
    head: list[tuple[int, list[Any]]], place: int, depth: int, merged: list[list[int]], index: Mapping[str, str]
) -> HeadingRow | None:
    number, cells = head[place]
    if depth == 1:
        return _heading_of(number, dict(enumerate(cells)), {}, index)
    if place + 1 >= len(head):
        return None
    below_number, below = head[place + 1]
    if below_number != number + 1 or not _reads_as_heading(below):
        return None
    upper = _spread(number, cells, merged)
    width = max(len(cells), len(below))
    joined = {
        column: (below[column] if column < len(below) and below[column] is not None else upper.get(column))
        for column in range(width)
    }
    return _heading_of(below_number, joined, upper, index)


def _reads_as_heading(cells: list[Any]) -> bool:
    filled = [cell for cell in cells if cell is not None]
    return bool(filled) and all(
        isinstance(cell, str) and not any(sign.isdigit() for sign in cell[:4]) for cell in filled
    )


def _spread(number: int, cells: list[Any], merged: list[list[int]]) -> dict[int, Any]:
    """This function returns a row's cells with merged ones repeated over the columns they cover."""
    spread = dict(enumerate(cells))
    for top, left, bottom, right in merged:
        if top <= number <= bottom and left < len(cells) and cells[left] is not None:
            for column in range(left, right + 1):
                spread[column] = cells[left]
    return spread


def _heading_of(
    number: int, cells: Mapping[int, Any], upper: Mapping[int, Any], index: Mapping[str, str]
) -> HeadingRow | None:
    columns: dict[int, str] = {}
    fields: dict[str, int] = {}
    for column, cell in cells.items():
        if not isinstance(cell, str) or not cell.strip():
            continue
        text = numbers_hidden(" ".join(cell.split()))  # a row of data may pass for the heading
        columns[column] = text
        candidates = [text]
        if upper.get(column) not in (None, cell):
            candidates = [f"{upper[column]}{text}", text]
        for candidate in candidates:
            name = index.get(heading_key(candidate)) or index.get(heading_key_plain(candidate))
            if name is not None:
                fields.setdefault(name, column)
                break
    return HeadingRow(number, columns, fields) if columns else None


# ---- cells ----


def cell_text(cell: object) -> str:
    """This function returns a cell as a person sees it: 12.0 as 12, a day as 2020-06-30, nothing as ''."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()
