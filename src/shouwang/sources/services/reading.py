"""The worker's first step: open the sealed file, find the headings, go on or ask the clerk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from shouwang.kit.errors import Place, Refusal
from shouwang.kit.tables import TableLimits, tables_open
from shouwang.kit.texts import numbers_hidden
from shouwang.office.services import file_open, progress_advance, progress_fail, progress_start
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.sources.models import FeedImport
from shouwang.sources.rules.headings import SEARCHED_ROWS, HeadingsNotFound, Layout, heading_key, layout_find
from shouwang.sources.rules.kinds import FeedKind, feed_kind
from shouwang.sources.services.recording import import_wipe
from shouwang.sources.services.uploads import RUN_TASK, job_defer

State = FeedImport.State


def worker_viewer(taken: FeedImport) -> Viewer:
    """This function returns the worker as it acts for an import: held to the organisation's areas."""
    ranges = tuple((int(lo), int(hi)) for lo, hi in taken.ranges)
    return replace(SYSTEM, organisation_id=taken.organisation_id, ranges=ranges)


def import_load(import_id: int) -> FeedImport:
    """This function reads an import as the worker, who does not know yet whose it is."""
    with acting_as(SYSTEM):
        return FeedImport.objects.select_related("feed").get(pk=import_id)


def limits() -> TableLimits:
    """This function returns the largest files taken, as the operator set them."""
    return TableLimits(xlsx_bytes=settings.XLSX_LIMIT_BYTES, csv_bytes=settings.CSV_LIMIT_BYTES)


@contextmanager
def content_of(taken: FeedImport, *, viewer: Viewer, at: datetime) -> Iterator[tuple[str, bytes]]:
    """This function yields the name and the bytes of an import's file."""
    assert taken.file_id is not None
    with acting_as(viewer):
        name, content = file_open(viewer=viewer, file_id=taken.file_id, at=at)
    yield name, content


def layouts_find(name: str, content: bytes, *, kind: FeedKind, remembered: dict[str, str]) -> list[Layout]:
    """This function finds the headings of every sheet; sheets without any are left out, unless all are.

    Raises a TableRefusal for the file, or HeadingsNotFound with its place when no sheet has headings.
    """
    found: list[Layout] = []
    refused: Refusal | None = None
    with tables_open(content, name=name, limits=limits()) as sheets:
        for number, sheet in enumerate(sheets):
            head: list[tuple[int, list[object]]] = []
            for row in sheet.rows:
                head.append(row)
                if len(head) == SEARCHED_ROWS:
                    break
            if not head:
                continue
            try:
                layout = layout_find(
                    [cells for _, cells in head], kind, sheet=numbers_hidden(sheet.name), sheet_number=number,
                    remembered=remembered, numbers=[row_number for row_number, _ in head],
                )  # fmt: skip
            except HeadingsNotFound as refusal:
                refused = refused or refusal.at(file=name, sheet=sheet.name)
                continue
            found.append(layout)
    whole = [layout for layout in found if not layout.missing(kind)]
    if whole or found:
        return whole or found[:1]
    raise refused or HeadingsNotFound(kind).at(file=name)


def feed_read(*, import_id: int, at: datetime, is_queued: bool = True) -> None:
    """This function finds the headings of a delivered file; the clerk is asked unless this department taught us all."""
    taken = import_load(import_id)
    if taken.state != State.WAITING or taken.layout:
        return
    viewer, kind = worker_viewer(taken), feed_kind(taken.feed.kind)
    if taken.progress_id:
        with acting_as(viewer):
            progress_start(progress_id=taken.progress_id, at=at)
    try:
        with content_of(taken, viewer=viewer, at=at) as (name, content):
            layouts = layouts_find(name, content, kind=kind, remembered=taken.feed.mapping)
    except Refusal as refusal:
        import_fail(taken, viewer=viewer, refusal=refusal, at=at)
        return
    is_known = all(
        not layout.missing(kind)
        and all(taken.feed.mapping.get(heading_key(c.heading)) == c.field for c in layout.columns)
        for layout in layouts
    )
    with acting_as(viewer):
        taken.layout = [layout.as_json() for layout in layouts]
        taken.state = State.WAITING if is_known else State.MAPPING
        FeedImport.objects.filter(pk=taken.pk, state=State.WAITING).update(layout=taken.layout, state=taken.state)
        if is_known and is_queued:
            job_defer(RUN_TASK, import_id=taken.pk)
        elif not is_known and taken.progress_id:
            progress_advance(progress_id=taken.progress_id, done=0, at=at, message="表头已认出，请核对后开始导入。")


def import_fail(taken: FeedImport, *, viewer: Viewer, refusal: Refusal, at: datetime) -> None:
    """This function marks an import as refused as a whole, with the sentence that says why; nothing of it stays."""
    place = replace(refusal.place, file="") if isinstance(refusal.place, Place) else Place()
    message = numbers_hidden(f"{place}：{refusal.message}" if str(place) else refusal.message)[:500]
    with acting_as(viewer):
        import_wipe(FeedImport.objects.select_for_update().get(pk=taken.pk), viewer=viewer, at=at)
        FeedImport.objects.filter(pk=taken.pk).update(state=State.FAILED, message=message, finished_at=at)
        if taken.progress_id:
            progress_fail(progress_id=taken.progress_id, at=at, message="没有导入，原因见导入记录。")
