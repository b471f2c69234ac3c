"""Foreign tables: read as they stand, or refused with one sentence, quickly and within limits."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.kit import tables
from shouwang.kit.tables import TableLimits, TableUnreadable, cell_text, heading_find, tables_open

KNOWN = {"姓名": "name", "证件号码": "id", "身份证号": "id", "合计（元）": "sum", "医疗费总额": "gross"}


def book(
    rows: Iterable[tuple[int, list[Any]]], *, sheets: tuple[str, ...] = ("表",), merge: str = "", hide: str = ""
) -> bytes:
    """An XLSX with cells at (row from 1, values); `merge` is a range, `hide` a sheet."""
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name in sheets:
        page = made.add_worksheet(name)
        if name == hide:
            page.hide()
        for number, cells in rows:
            for column, cell in enumerate(cells):
                if cell is not None:
                    page.write(number - 1, column, cell)
        if merge:
            page.merge_range(merge, "")
            for number, cells in rows:
                for column, cell in enumerate(cells):
                    if cell is not None:
                        page.write(number - 1, column, cell)
    made.close()
    return target.getvalue()


def changed(content: bytes, name: str, change: Any) -> bytes:
    """The same archive with one entry changed (or added)."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        for entry in names:
            data = old.read(entry)
            new.writestr(entry, change(data) if entry == name else data)
        if name not in names:
            new.writestr(name, change(b""))
    return target.getvalue()


def rows_of(content: bytes | Path, name: str = "表.xlsx", **more: Any) -> list[tuple[str, list[tuple[int, list[Any]]]]]:
    with tables_open(content, name=name, **more) as sheets:
        return [(sheet.name, list(sheet.rows)) for sheet in sheets]


PLAIN = book([(1, ["姓名", "证件号码"]), (2, ["张三", "13052919700520123X"])])


def test_rows_keep_their_numbers_and_cells_their_kinds() -> None:
    content = book([(2, [None, "姓名", "x"]), (4, [None, "张三", 12.5, True, date(2020, 6, 30), "007"])])
    ((name, rows),) = rows_of(content)
    assert name == "表"
    filled = {number: cells for number, cells in rows if any(cell is not None for cell in cells)}
    assert filled[2][1:3] == ["姓名", "x"]
    assert filled[4][1:6] == ["张三", 12.5, True, date(2020, 6, 30), "007"]


def test_an_id_in_a_numeric_cell_stays_a_number_so_that_it_can_be_refused() -> None:
    ((_, rows),) = rows_of(book([(1, [130529197005201234])]))
    assert isinstance(rows[0][1][0], float)


def test_hidden_sheets_are_not_read() -> None:
    assert [name for name, _ in rows_of(book([(1, ["a"])], sheets=("甲", "乙"), hide="乙"))] == ["甲"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_text_files_are_read_in_every_usual_encoding(encoding: str, sign: str) -> None:
    text = f'姓名{sign}备注\n张三{sign}"两行\n一格"\n李四㐂{sign}\n'
    ((_, rows),) = rows_of(text.encode(encoding), "表.csv")
    assert rows == [(1, ["姓名", "备注"]), (2, ["张三", "两行\n一格"]), (3, ["李四㐂", None])]


def test_a_path_is_read_without_loading_it_here(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    assert rows_of(path)[0][1] == [(1, ["a", "b"]), (2, ["1", "2"])]


def test_sheets_stream_and_a_sheet_left_unread_does_not_stop_the_next() -> None:
    with tables_open(book([(row, [row]) for row in range(1, 500)], sheets=("甲", "乙")), name="x") as sheets:
        assert [next(sheet.rows)[0] for sheet in sheets] == [1, 1]


BOMB = io.BytesIO()
with zipfile.ZipFile(BOMB, "w", zipfile.ZIP_DEFLATED) as _archive:
    _archive.writestr("xl/workbook.xml", "<workbook/>")
    _archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", tables.TableEmpty),
        (b"PK\x03\x04 not really", tables.TableUnreadable),
        (PLAIN[: len(PLAIN) // 2], tables.TableUnreadable),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", tables.TableNotATable),
        (b"%PDF-1.7 \0\x01", tables.TableNotATable),
        ("<html><table><tr><td>姓名".encode(), tables.TableIsHtml),
        ("姓名,备注\n".encode() + b"\xff\xfe\x81\x20\x80", tables.TableWrongEncoding),
        (changed(PLAIN, "xl/vbaProject.bin", lambda data: b"x"), tables.TableHasMacros),
        (
            changed(
                PLAIN,
                "[Content_Types].xml",
                lambda data: data.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml"),
            ),
            tables.TableHasMacros,
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") * 3, tables.TableEncrypted),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook_VBA_PROJECT".encode("utf-16-le"), tables.TableHasMacros),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, tables.TableNotATable),
        (BOMB.getvalue(), tables.TableBomb),
    ],
)
def test_a_file_that_cannot_be_taken_gets_one_sentence_that_names_it(content: bytes, refusal: type) -> None:
    with pytest.raises(refusal, match="“坏表”") as caught:
        rows_of(content, "坏表")
    assert str(caught.value).count("。") >= 1


def lying_size(content: bytes) -> bytes:
    """The archive with the sheet's size in the directory made a hundred times smaller."""
    at = content.rfind(b"PK\x01\x02", 0, content.rfind(b"xl/worksheets/sheet1.xml"))
    size = int.from_bytes(content[at + 24 : at + 28], "little")
    return content[: at + 24] + (size // 100).to_bytes(4, "little") + content[at + 28 :]


def test_a_directory_that_lies_about_sizes_is_found_out() -> None:
    many = book([(row, ["文字内容"] * 10) for row in range(1, 3000)])
    with pytest.raises((tables.TableBomb, tables.TableUnreadable)):
        rows_of(lying_size(many))


def test_a_cell_at_the_end_of_the_sheet_does_not_take_the_memory() -> None:
    far = changed(PLAIN, "xl/worksheets/sheet1.xml", lambda data: data.replace(b'"B2"', b'"XFD1048576"'))
    with pytest.raises(tables.TableTooHeavy):
        rows_of(far)


BOMB_ALONE = """
import resource, time
from shouwang.kit import tables
from tests.kit.test_tables import BOMB, rows_of
began = time.monotonic()
try:
    rows_of(BOMB.getvalue())
except tables.TableBomb:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss, time.monotonic() - began)
"""


def test_a_bomb_is_refused_quickly_and_in_little_memory() -> None:
    # A process of its own: the largest child of a whole test run is the browser.
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
    done = subprocess.run(
        [sys.executable, "-c", BOMB_ALONE], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    processor, kilobytes, clock = map(float, done.stdout.split())
    assert processor < 2
    assert kilobytes < 512 * 1024
    assert clock < 20  # the machine may be busy; the processor time above is what counts


@pytest.mark.parametrize(("content", "name"), [(PLAIN, "表.xlsx"), (b"a,b\n" * 99, "表.csv")])
def test_a_file_on_the_limit_is_read_and_one_byte_more_is_refused(content: bytes, name: str) -> None:
    exact = TableLimits(xlsx_bytes=len(content), csv_bytes=len(content))
    assert rows_of(content, name, limits=exact)
    less = TableLimits(xlsx_bytes=len(content) - 1, csv_bytes=len(content) - 1)
    with pytest.raises(tables.TableTooLarge):
        rows_of(content, name, limits=less)


def test_the_child_has_no_environment_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    real = tables.subprocess.Popen

    def spy(*arguments: Any, **more: Any) -> Any:
        seen.update(more)
        return real(*arguments, **more)

    monkeypatch.setattr(tables.subprocess, "Popen", spy)
    rows_of(PLAIN)
    assert seen["env"] == {"LANG": "C.UTF-8"}


def heading(content: bytes, name: str = "表.xlsx", **more: Any) -> Any:
    with tables_open(content, name=name) as sheets:
        sheet = next(sheets)
        found = heading_find(sheet, known=KNOWN, **more)
        return found, list(sheet.rows)


def test_headings_are_found_under_banner_rows_in_their_variants() -> None:
    found, rows = heading(
        book(
            [
                (1, ["全国系统 导出"]),
                (2, ["2020年6月"]),
                (3, ["序号", "姓  名", "身份证号", "合计(元)"]),
                (4, [1, "张三", "x", 5]),
            ]
        )
    )
    assert (found.row, found.fields) == (3, {"name": 1, "id": 2, "sum": 3})
    assert found.unknown() == {0: "序号"}
    assert rows == [(4, [1.0, "张三", "x", 5.0])]


def test_headings_without_their_unit_are_the_same_heading() -> None:
    found, _ = heading(book([(1, ["姓名", "合计", "医疗费总额（元）"])]))
    assert found.fields == {"name": 0, "sum": 1, "gross": 2}


def test_merged_headings_of_two_rows_count_as_one() -> None:
    content = book(
        [(1, ["姓名", "费用", None]), (2, [None, "医疗费总额", "合计（元）"]), (3, ["张三", 9, 5])], merge="B1:C1"
    )
    found, rows = heading(content)
    assert (found.row, found.fields) == (2, {"name": 0, "gross": 1, "sum": 2})
    assert [number for number, _ in rows] == [3]


def test_without_a_heading_row_the_sheet_starts_again_at_its_first_row() -> None:
    found, rows = heading(book([(1, ["甲", "乙"]), (2, ["丙", "丁"])]))
    assert found is None
    assert [number for number, _ in rows] == [1, 2]


def test_one_known_heading_is_not_enough_unless_asked() -> None:
    content = book([(1, ["姓名", "别的"])])
    assert heading(content)[0] is None
    assert heading(content, minimum=1)[0].fields == {"name": 0}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (12.0, "12"),
        (12.5, "12.5"),
        (True, "是"),
        (date(2020, 6, 30), "2020-06-30"),
        (" 张 ", "张"),
        (1.3e17, "1.3e+17"),
    ],
)
def test_a_cell_reads_as_a_person_sees_it(cell: Any, text: str) -> None:
    assert cell_text(cell) == text


# ---- columns on their way from the child ----


def texts_of(text: str) -> list[list[object]]:
    with tables_open(text.encode(), name="t.csv") as sheets:
        return [cells for sheet in sheets for _, cells in sheet.rows]


WHITE = st.sampled_from(["", " ", "\t", "\u3000", "甲", "a b", "1,5", '"', "x\ny", " 乙 "])


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.lists(WHITE, min_size=3, max_size=3), min_size=1, max_size=150))
def test_cells_arrive_as_they_stand_and_blank_ones_as_nothing(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    assert texts_of(text.getvalue()) == [[cell if cell.strip() else None for cell in row] for row in rows]


def test_rows_of_several_widths_keep_their_widths() -> None:
    assert texts_of("一,二,三\n甲\n1,2\n,, \n") == [["一", "二", "三"], ["甲"], ["1", "2"], [None, None, None]]


def test_numbers_with_gaps_and_days_arrive_in_their_places() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet, day = book.add_worksheet("a"), book.add_format({"num_format": "yyyy-mm-dd"})
        for row in range(5_000):
            sheet.write_number(row, 0, row + 0.25)
            if row % 3:
                sheet.write_number(row, 1, row)
            sheet.write_string(row, 2, f"字{row}")
            if row % 2:
                sheet.write_datetime(row, 3, date(2020, 6, 30), day)
            else:
                sheet.write_string(row, 3, "无")
            sheet.write_string(row, 4, " ")
    with tables_open(buffer.getvalue(), name="t.xlsx") as sheets:
        found = [row for sheet in sheets for row in sheet.rows]
    assert [number for number, _ in found] == list(range(1, 5_001))
    for row, (_, cells) in enumerate(found):
        gap = float(row) if row % 3 else None
        assert cells == [row + 0.25, gap, f"字{row}", date(2020, 6, 30) if row % 2 else "无", " "]


@pytest.mark.parametrize(
    "frame",
    [
        b'{"first":1,"count":2,"columns":[["texts",1]]}' + b"a",  # one cell where two were told
        b'{"first":1,"count":1,"columns":[["numbers",7]]}' + b"1234567",
        b'{"first":1,"count":1,"columns":[["texts",9]]}' + b"a",  # breaks off
        b'{"first":1,"count":1,"columns":[["mixed",4]]}' + b"null",
        b'{"first":1,"count":1,"columns":[["pickle",1]]}' + b".",
        b'{"first":1,"count":1,"columns":[["texts",-1]]}',
    ],
)
def test_columns_that_do_not_hold_what_they_tell_are_refused(
    frame: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, _, body = frame.partition(b"]]}")
    head += b"]]}"
    begun = b'{"sheet":"a","merged":[]}'
    said = len(begun).to_bytes(4, "big") + begun + len(head).to_bytes(4, "big") + head + body
    child = tmp_path / "child.py"
    child.write_text(f"import sys; sys.stdout.buffer.write({said!r})", encoding="utf-8")
    monkeypatch.setattr(tables, "CHILD", child)
    with pytest.raises(TableUnreadable), tables_open(b"x", name="t.csv") as sheets:
        for sheet in sheets:
            list(sheet.rows)
