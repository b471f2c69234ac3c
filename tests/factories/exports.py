"""Exports of the national system as tests need them, and imports run at once."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import xlsxwriter
from django.utils import timezone

from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.models import (
    ImportRefusal,
    RegisterImport,
)
from shouwang.register.services.importing import UploadedFile, import_run, import_start

NOW = timezone.now()
DAY = date(2020, 6, 30)
PERSONS = ["县", "乡", "村", "户编号", "人编号", "证件类型", "证件号码", "与户主关系", "姓名"]


def workbook(sheets: dict[str, tuple[list[str], list[list[Any]]]], *, banner: bool = True, on: date = DAY) -> bytes:
    """An export: two banner rows, headings on the third."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, (headings, rows) in sheets.items():
        page = book.add_worksheet(name)
        lines = (
            [["全国防返贫监测信息系统"], [f"导出时间：{on}　单位：元"], headings, *rows]
            if banner
            else [headings, *rows]
        )
        for number, cells in enumerate(lines):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    page.write_string(number, column, cell)
                elif cell is not None:
                    page.write(number, column, cell)
    book.close()
    return target.getvalue()


def person(
    number: str, relationship: str, name: str, *, household: str = "H1", village: str = "大寨村", **more: Any
) -> dict:
    """One row of 监测对象信息 by heading."""
    return {
        "县": "巨鹿县", "乡": "王虎寨镇", "村": village, "户编号": household, "证件类型": "居民身份证",
        "证件号码": number, "与户主关系": relationship, "姓名": name, **more,
    }  # fmt: skip


def persons(*rows: dict, on: date = DAY) -> bytes:
    """A workbook of 监测对象信息."""
    headings = list(dict.fromkeys([*PERSONS, *(name for row in rows for name in row)]))
    return workbook({"监测对象信息": (headings, [[row.get(name) for name in headings] for row in rows])}, on=on)


def ran(viewer: Viewer, *files: bytes, at: Any = NOW, on: date = DAY) -> RegisterImport:
    """Imports files as a viewer and returns the finished import."""
    lo, hi = viewer.ranges[0]
    with acting_as(viewer):
        run = import_start(
            viewer=viewer, files=[UploadedFile(f"表{i}.xlsx", file) for i, file in enumerate(files, 1)], lo=lo, hi=hi,
            data_date=on, at=at, is_queued=False,
        )  # fmt: skip
    import_run(import_id=run.pk, clock=lambda: at)
    with acting_as(SYSTEM):
        run.refresh_from_db()
    return run


def refusals(run: RegisterImport, *, notices: bool = False) -> list[tuple[int, str, str]]:
    with acting_as(SYSTEM):
        rows = ImportRefusal.objects.filter(run=run, is_notice=notices).order_by("pk")
        return [(row.row, row.column, row.message) for row in rows]


def one_refusal(run: RegisterImport) -> tuple[int, str, str]:
    (found,) = refusals(run)
    return found
