"""Clues and department files as tests need them."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import xlsxwriter
from django.utils import timezone
from tests.factories.cast import Cast
from tests.factories.papers import photo

from shouwang.people.access import Viewer, acting_as
from shouwang.sources.models import Clue, CluePhoto, FeedImport, InterfaceKey
from shouwang.sources.rules.kinds import kinds_of_department
from shouwang.sources.services import interface_key_make
from shouwang.sources.services.calls import Taken, call_take
from shouwang.sources.services.clues import clue_report
from shouwang.sources.services.importing import feed_import_run
from shouwang.sources.services.pictures import Picture, picture_take
from shouwang.sources.services.reading import feed_read, import_load
from shouwang.sources.services.uploads import feed_upload, mapping_confirm

DATA_DATE = date(2020, 6, 30)
_key = itertools.count(1)
INPATIENT = ["姓名", "身份证号码", "就医开始时间", "就医结束时间", "医疗费总额（元）", "基金支付总额（元）",
             "个人支付金额（元）", "病种名称", "乡镇", "行政村"]  # fmt: skip


def report_make(viewer: Viewer, household_id: int | None = None, **changes: Any) -> Clue:
    """This function hands in a report with ordinary contents."""
    said: dict[str, Any] = {
        "household_id": household_id,
        "person_id": None,
        "cause": "ILLNESS",
        "occurred_on": date(2020, 6, 20),
        "summary": "查出胃癌，在县医院手术",
        "at": timezone.now(),
        "channel": "OFFICER",
        "idempotency_key": f"key-{next(_key)}",
        "gross_fen": 10_000_000,
    }
    with acting_as(viewer):
        return clue_report(viewer=viewer, **(said | changes))


def call_make(viewer: Viewer, household_id: int | None = None, **changes: Any) -> Taken:
    """This function takes a call with ordinary contents down."""
    said: dict[str, Any] = {
        "channel": "HOTLINE", "household_id": household_id, "cause": "ILLNESS", "occurred_on": date(2020, 6, 20),
        "summary": "家里老人住院没有钱", "at": timezone.now(), "idempotency_key": f"call-{next(_key)}",
        "phone": "13812345678",
    }  # fmt: skip
    with acting_as(viewer):
        return call_take(viewer=viewer, **(said | changes))


def stay(name: str, number: object, **changes: object) -> list[object]:
    """This function returns a row of the table of stays in hospital."""
    row: dict[str, object] = {
        "name": name, "number": number, "start": "2020-05-01", "end": "2020-05-09", "gross": 24269.13,
        "fund": 14269.13, "own": 10000, "disease": "胃癌", "town": None, "village": None,
    }  # fmt: skip
    return list((row | changes).values())


def xlsx(rows: Sequence[Sequence[object]], *, sheet: str = "Sheet1") -> bytes:
    """This function returns a workbook of one sheet; texts as texts, numbers as numbers, days as days."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        form = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    page.write_datetime(number, column, datetime(cell.year, cell.month, cell.day), form)  # noqa: DTZ001
                elif cell is not None:
                    page.write(number, column, cell)
    return buffer.getvalue()


def csv(rows: Sequence[Sequence[object]], *, encoding: str = "utf-8") -> bytes:
    """This function returns a CSV."""
    return "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows).encode(encoding)


def deliver(
    viewer: Viewer,
    content: bytes,
    *,
    kind: str = "inpatient",
    name: str = "六月住院.xlsx",
    data_date: date = DATA_DATE,
    at: datetime | None = None,
) -> FeedImport:
    """This function uploads a file as a department and reads its headings, as the worker does."""
    now = at or timezone.now()
    with acting_as(viewer):
        taken = feed_upload(
            viewer=viewer, kind_key=kind, file_name=name, content=content, data_date=data_date, at=now, is_queued=False
        )
    feed_read(import_id=taken.pk, at=now, is_queued=False)
    return import_load(taken.pk)


def import_all(
    viewer: Viewer, content: bytes, *, clock: Callable[[], datetime] = timezone.now, **more: Any
) -> FeedImport:
    """This function uploads a file, confirms its headings as found, and imports it."""
    taken = deliver(viewer, content, **more)
    if taken.state == FeedImport.State.MAPPING:
        with acting_as(viewer):
            mapping_confirm(
                viewer=viewer, import_id=taken.pk, version=taken.version, fields={}, at=clock(), is_queued=False
            )
    feed_import_run(import_id=taken.pk, clock=clock)
    return import_load(taken.pk)


def picture_make(viewer: Viewer, clue: Clue, *, key: str = "", **changes: Any) -> CluePhoto:
    """This function sends a small photo after a report, as its reporter's phone does."""
    now = timezone.now()
    sent = Picture(key or f"picture-{next(_key)}", clue.idempotency_key, "PHOTO", photo(64, 48), now)
    with acting_as(viewer):
        picture_id, _ = picture_take(viewer=viewer, picture=replace(sent, **changes), at=now)
        return CluePhoto.objects.get(pk=picture_id)


def key_make(cast: Cast, department: Viewer, **changes: Any) -> tuple[InterfaceKey, str]:
    """This function makes a key of a department by its county centre and returns it with its text."""
    centre = cast.county if cast.county.can_see(department.ranges[0][0]) else cast.neighbour
    own = [kind.key for kind in kinds_of_department(department.department)]
    said: dict[str, Any] = {
        "organisation_id": department.organisation_id, "appointment_id": department.appointment_id,
        "label": "结算系统", "kinds": own, "may_report": True, "area_id": None, "rows_a_day": 20_000,
        "calls_a_minute": 600, "days": 180, "at": timezone.now(),
    }  # fmt: skip
    with acting_as(centre):
        return interface_key_make(viewer=centre, **(said | changes))
