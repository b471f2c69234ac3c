"""Hits as a workbook, made by the worker in the scope of who asked, sealed, with its purpose in the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.kit.sheets import XLSX, Cell, workbook_bytes
from shouwang.kit.texts import numbers_refuse
from shouwang.office.services import file_store, progress_fail, progress_finish, progress_plan, progress_start
from shouwang.people.access import SYSTEM, Viewer, acting_as, viewer_for
from shouwang.people.selectors import appointment_by_id
from shouwang.register.selectors import hits_of, household_cards, places_of
from shouwang.screening.models import CheckExport, CheckHit
from shouwang.screening.rules import over_label, owner_label
from shouwang.screening.selectors import Asked, hits_asked

TASK = "screening.check_export"
CHUNK = 1_000
LIMIT = 200_000
HEADINGS = (
    "规则", "对象", "谁来改", "怎么改", "所在村", "村代码", "户编号", "户主", "人员编号", "姓名", "状态", "首次发现",
    "改好日期", "认可理由", "认可人", "判断不了", "依据",
)  # fmt: skip


class PurposeMissing(Refusal):
    """A list with names leaves the house for a stated purpose only."""

    def __init__(self) -> None:
        super().__init__("请写明导出的用途，它会记入审计日志。")


class TooManyHits(Refusal):
    """The list is too long for one workbook."""

    def __init__(self, rows: int) -> None:
        super().__init__(f"共 {rows:,} 条，一个文件最多 {LIMIT:,} 条。请先按规则或乡镇筛选再导出。")


def export_request(*, viewer: Viewer, asked: Asked, purpose: str, at: datetime) -> CheckExport:
    """This function records a workbook for the worker to make; raises PurposeMissing, TooManyHits."""
    if not purpose.strip():
        raise PurposeMissing
    numbers_refuse(purpose)
    rows = hits_asked(viewer, asked).count()
    if rows > LIMIT:
        raise TooManyHits(rows)
    slot = viewer.ranges[0][0]
    with transaction.atomic():
        export = CheckExport.objects.create(
            slot=slot, appointment_id=viewer.appointment_id or 0, asked=asked.kept, purpose=purpose.strip()[:200],
            requested_at=at,
        )  # fmt: skip
        progress = progress_plan(
            viewer=viewer, label=f"导出核查结果（{rows:,} 条）", at=at, slot=slot, total=rows, unit="条",
            href=f"/screening/checks/files/{export.pk}/",
        )  # fmt: skip
        export.progress_id = progress.pk
        export.save(update_fields=["progress_id"])
        app.configure_task(TASK, queue="long", allow_unknown=False).defer(export_id=export.pk)
        entry_append(
            viewer=viewer, action="check.export", subject_type="screening.CheckExport", subject_id=export.pk, slot=slot,
            at=at, purpose=export.purpose, after={"rows": rows, **asked.kept},
        )  # fmt: skip
    return export


def _rows(viewer: Viewer, asked: Asked, on: date) -> Iterator[list[Cell]]:
    last = 0
    hits = hits_asked(viewer, asked).order_by("pk")
    while part := list(hits.filter(pk__gt=last)[:CHUNK]):
        last = part[-1].pk
        cards = household_cards(viewer, {hit.household_id for hit in part if hit.household_id}, on=on)
        persons = hits_of({hit.person_id for hit in part if hit.person_id}, on=on)
        places = places_of({hit.slot for hit in part})
        for hit in part:
            yield _cells(
                hit, cards.get(hit.household_id or 0), persons.get(hit.person_id or 0), places.get(hit.slot, "")
            )


def _cells(hit: CheckHit, card: Any, person: Any, place: str) -> list[Cell]:
    return [
        hit.rule_name, over_label(hit.over), owner_label(hit.owner), hit.action, place, str(hit.slot),
        card.number if card else "", card.head_name if card else "", str(hit.person_id or ""),
        person.name if person else "", hit.get_state_display(), hit.found_on.isoformat(),
        hit.mended_on.isoformat() if hit.mended_on else "", hit.accepted_reason, hit.accepted_by,
        "是" if hit.is_undecided else "", " ".join(part for part in (hit.source, hit.clause) if part),
    ]  # fmt: skip


def export_execute(*, export_id: int, at: datetime) -> None:
    """This function makes a recorded workbook in the scope of the appointment that asked for it."""
    with acting_as(SYSTEM):
        export = CheckExport.objects.get(pk=export_id)
        appointment = appointment_by_id(export.appointment_id)
        viewer = viewer_for(appointment, on=timezone.localdate(at)) if appointment else None
        if export.progress_id:
            progress_start(progress_id=export.progress_id, at=at)
    if viewer is None or not viewer.ranges:
        _fail(export, "导出人的任职已经结束，没有导出。", at=at)
        return
    try:
        with acting_as(viewer):
            rows = list(_rows(viewer, Asked.of(export.asked), timezone.localdate(at)))
            content = workbook_bytes([("核查结果", HEADINGS, rows)])
            stored = file_store(
                viewer=viewer, name=f"数据质量核查_{timezone.localdate(at):%Y%m%d}_{export.pk}.xlsx", content=content,
                at=at, days=settings.UPLOAD_KEEP_DAYS, slot=export.slot, purpose=export.purpose, media_type=XLSX,
            )  # fmt: skip
            CheckExport.objects.filter(pk=export.pk).update(file_id=stored.pk, rows=len(rows))
        with acting_as(SYSTEM):
            if export.progress_id:
                kept = timezone.localdate(at + timedelta(days=settings.UPLOAD_KEEP_DAYS))
                progress_finish(
                    progress_id=export.progress_id, at=at, message=f"{len(rows):,} 条，可下载到 {kept:%Y-%m-%d}。"
                )
    except Refusal as refusal:
        _fail(export, refusal.message, at=at)
    except Exception:
        _fail(export, "导出因程序故障停止。请联系系统管理员查看日志。", at=at)
        raise


def _fail(export: CheckExport, message: str, *, at: datetime) -> None:
    with acting_as(SYSTEM):
        if export.progress_id:
            progress_fail(progress_id=export.progress_id, at=at, message=message)
