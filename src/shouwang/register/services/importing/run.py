"""Starting an import, running it in the worker, going on with one whose worker died.

A chunk is one transaction with the count of households done: a kill loses the chunk under way and nothing else, and no
row counts twice. What was refused goes into a workbook to mend and import again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.kit.sheets import XLSX
from shouwang.kit.tables import TableLimits, TableTooLarge
from shouwang.kit.texts import numbers_hidden
from shouwang.office.services import (
    file_open,
    file_store,
    progress_advance,
    progress_fail,
    progress_finish,
    progress_plan,
    progress_start,
)
from shouwang.people.access import SYSTEM, Viewer, acting_as, viewer_for
from shouwang.people.selectors import appointment_by_id, areas_visible_to
from shouwang.register import errors
from shouwang.register.models import ImportRefusal, RegisterImport
from shouwang.register.services.common import may_edit
from shouwang.register.services.importing.layout import layout_load
from shouwang.register.services.importing.parsed import Problem
from shouwang.register.services.importing.parsing import RowParser
from shouwang.register.services.importing.plans import Planner, repeated_rows
from shouwang.register.services.importing.reading import Reading, files_read
from shouwang.register.services.importing.refused import refused_workbook
from shouwang.register.services.importing.villages import VillageFinder
from shouwang.register.services.importing.writing import ChunkWriter

TASK = "register.import_run"
CHUNK = 500  # households a transaction
NO_HOUSEHOLD_NUMBER = "户编号没有填写、填成了身份证号，或存成数字后丢了末几位，这一行没有导入。"
STILL_FOR = timedelta(minutes=10)
COUNTY = 1_000_000
MOST_FILES = 60

Advance = Callable[[int, int], None]
Clock = Callable[[], datetime]


class NoArea(Refusal):
    """The import names no area of the importer's."""

    sentence = "请选择导入到哪个辖区：只能选本人辖区内的县、乡镇或村。"


class TooManyFiles(Refusal):
    """More files than one import takes."""

    sentence = f"一次最多导入 {MOST_FILES} 个文件，请分几次上传。"


class _Overtaken(Exception):  # noqa: N818 - not an error: another worker has the import
    """The import moved on without us."""


@dataclass(frozen=True)
class UploadedFile:
    """A file as it was chosen."""

    name: str
    content: bytes


def limits() -> TableLimits:
    """This function returns the limits of the installation."""
    return TableLimits(xlsx_bytes=settings.XLSX_LIMIT_BYTES, csv_bytes=settings.CSV_LIMIT_BYTES)


def import_start(
    *,
    viewer: Viewer,
    files: Sequence[UploadedFile],
    lo: int,
    hi: int,
    data_date: date,
    at: datetime,
    is_queued: bool = True,
) -> RegisterImport:
    """This function keeps the files sealed and puts the import into the worker's queue.

    `lo`/`hi` is the area that the rows' villages are looked up in. Raises NoArea, TableTooLarge, DayInFuture.
    """
    may_edit(viewer)
    if data_date > timezone.localdate(at):
        raise errors.DayInFuture
    if len(files) > MOST_FILES:
        raise TooManyFiles
    area = areas_visible_to(viewer).filter(lo=lo, hi=hi).order_by("level").first()
    if area is None or not files:
        raise NoArea
    for file in files:
        if len(file.content) > settings.CSV_LIMIT_BYTES:
            raise TableTooLarge(settings.CSV_LIMIT_BYTES).at(file=file.name)
    with transaction.atomic():
        stored = [
            file_store(
                viewer=viewer,
                name=file.name,
                content=file.content,
                at=at,
                days=settings.UPLOAD_KEEP_DAYS,
                slot=lo,
                purpose="导入国家系统台账",
            )
            for file in files
        ]
        run = RegisterImport.objects.create(
            slot=lo,
            area_name=area.full_name or area.name,
            organisation_id=viewer.organisation_id,
            appointment_id=viewer.appointment_id,
            digest=hashlib.sha256("".join(file.digest for file in stored).encode()).hexdigest(),
            file_ids=[file.pk for file in stored],
            file_labels=[numbers_hidden(Path(file.name).name)[:120] for file in files],
            data_date=data_date,
            created_at=at,
            moved_at=at,
            created_by=viewer.label[:200],
        )
        progress = progress_plan(
            viewer=viewer, label=f"导入台账 {area.name}", at=at, slot=lo, unit="户",
            href=reverse("register:import", args=[run.pk]),
        )  # fmt: skip
        run.progress_id = progress.pk
        run.save(update_fields=["progress_id"])
        entry_append(
            viewer=viewer, action="register.import", subject_type="register.RegisterImport", subject_id=run.pk,
            slot=lo, at=at, after={"files": run.file_ids, "digest": run.digest, "data_date": data_date},
        )  # fmt: skip
        if is_queued:
            _queue(run.pk)
    return run


def _queue(import_id: int) -> None:
    from procrastinate.contrib.django import app

    app.configure_task(TASK, queue="long").defer(import_id=import_id)


def _importer(run: RegisterImport) -> Viewer:
    """This function returns who the import writes as: its importer within the area, or the system within it."""
    lo, hi = run.slot, run.slot + _size(run.slot)
    appointment = appointment_by_id(run.appointment_id) if run.appointment_id else None
    if appointment is None:
        return replace(SYSTEM, ranges=((lo, hi),))
    viewer = viewer_for(appointment, on=timezone.localdate())
    if viewer.is_anonymous:
        raise errors.MayNotChange
    return replace(viewer, ranges=((lo, hi),))


def _size(lo: int) -> int:
    """This function returns how many slots lie behind the first of an area."""
    return next((size - 1 for size in (10**10, 10**8, 10**6, 10**3) if lo % size == 0), 0)


def import_run(*, import_id: int, clock: Callable[[], datetime], advance: Advance | None = None) -> None:
    """This function runs an import, or goes on with one that was interrupted; safe to call again at any time.

    `advance` hears households done and households in all after each chunk.
    """
    with acting_as(SYSTEM):
        run = RegisterImport.objects.filter(pk=import_id).first()
    if run is None or run.state not in (RegisterImport.State.WAITING, RegisterImport.State.RUNNING):
        return
    try:
        viewer = _importer(run)
        reading = _read(run, viewer, clock)
        _Run(run, viewer, reading, clock, advance).go()
    except _Overtaken:
        return
    except Refusal as refusal:
        _fail(run, numbers_hidden(str(refusal)), clock())


def _read(run: RegisterImport, viewer: Viewer, clock: Callable[[], datetime]) -> Reading:
    with _owner(run, viewer):
        if run.progress_id:
            progress_start(progress_id=run.progress_id, at=clock())
        files = [file_open(viewer=viewer, file_id=pk, at=clock()) for pk in run.file_ids]
    named = [(label, content) for label, (_, content) in zip(run.file_labels, files, strict=True)]
    return files_read(named, limits=limits())


@contextmanager
def _owner(run: RegisterImport, viewer: Viewer) -> Iterator[None]:
    """This function opens the scope in which files and progress of the import are read: its organisation's."""
    with acting_as(SYSTEM if run.organisation_id is None else viewer):
        yield


class _Run:
    """One run of an import over what was read."""

    def __init__(
        self,
        run: RegisterImport,
        viewer: Viewer,
        reading: Reading,
        clock: Callable[[], datetime],
        advance: Advance | None,
    ) -> None:
        self.run = run
        self.viewer = viewer
        self.reading = reading
        self.clock = clock
        self.advance = advance
        self.total = len(reading.households)
        self.data_date = min(reading.data_date or run.data_date, run.data_date)
        self.repeated = repeated_rows(reading.households)

    def go(self) -> None:
        """This function imports what is left, chunk by chunk, and finishes."""
        self._begin()
        with acting_as(self.viewer):
            villages = VillageFinder(self.viewer, lo=self.run.slot, hi=self.run.slot + _size(self.run.slot))
        while self.run.done < self.total:
            with acting_as(self.viewer):
                self._chunk(villages)
            if self.advance is not None:
                self.advance(self.run.done, self.total)
        self._finish()

    def _begin(self) -> None:
        at = self.clock()
        with _owner(self.run, self.viewer):
            fields = {"state": RegisterImport.State.RUNNING, "started_at": self.run.started_at or at, "moved_at": at}
            if not self.run.counts:
                parser = RowParser(layout_load(), on=self.data_date)
                for row in self.reading.loose:
                    parser.refuse(row, "household_number", NO_HOUSEHOLD_NUMBER)
                self._problems(parser.problems)
                counts: Counter[str] = Counter(rows=self.reading.rows, households=self.total)
                counts += _refusal_counts(parser.problems)
                fields |= {"counts": dict(counts), "data_date": self.data_date}
                self.run.counts = dict(counts)
            RegisterImport.objects.filter(pk=self.run.pk).update(**fields)
            if self.run.progress_id:
                progress_advance(progress_id=self.run.progress_id, done=self.run.done, total=self.total, at=at)

    def _chunk(self, villages: VillageFinder) -> None:
        """This function imports one chunk in one transaction, with how far it is and what it refused."""
        at = self.clock()
        locked = RegisterImport.objects.select_for_update().filter(pk=self.run.pk).first()
        if locked is None or locked.state != RegisterImport.State.RUNNING or locked.done != self.run.done:
            raise _Overtaken
        index_only()
        groups = self.reading.households[self.run.done : self.run.done + CHUNK]
        parser = RowParser(layout_load(), on=self.data_date)
        planner = Planner(parser, villages, self.viewer, repeated=self.repeated, on=self.data_date)
        writer = ChunkWriter(self.viewer, parser, run_id=self.run.pk, data_date=self.data_date, at=at)
        writer.write(planner.plan(groups))
        counts = Counter(locked.counts) + writer.counts + _refusal_counts(parser.problems)
        self._problems(parser.problems)
        done = self.run.done + len(groups)
        RegisterImport.objects.filter(pk=self.run.pk).update(done=done, counts=dict(counts), moved_at=at)
        if self.run.progress_id:
            progress_advance(progress_id=self.run.progress_id, done=done, total=self.total, at=at)
        entry_append(
            viewer=self.viewer, action="register.import_chunk", subject_type="register.RegisterImport",
            subject_id=self.run.pk, slot=self.run.slot, at=at,
            after={"from": self.run.done, "to": done, **writer.counts},
        )  # fmt: skip
        self.run.done, self.run.counts = done, dict(counts)

    def _problems(self, problems: Sequence[Problem]) -> None:
        ImportRefusal.objects.bulk_create(
            [
                ImportRefusal(
                    run=self.run, slot=self.run.slot, organisation_id=self.run.organisation_id,
                    file=problem.row.sheet.file[:200], sheet=problem.row.sheet.sheet[:60], row=problem.row.number,
                    column=problem.column[:60], message=problem.message[:300], is_notice=problem.is_notice,
                )
                for problem in problems
            ],
            batch_size=2000,
        )  # fmt: skip

    def _finish(self) -> None:
        at = self.clock()
        with _owner(self.run, self.viewer):
            refused = list(ImportRefusal.objects.filter(run=self.run, is_notice=False).order_by("pk"))
            file_id = None
            if refused:
                stored = file_store(
                    viewer=self.viewer, name=f"退回的行_{self.run.pk}.xlsx",
                    content=refused_workbook(self.reading, refused), at=at, days=settings.UPLOAD_KEEP_DAYS,
                    slot=self.run.slot, purpose="导入台账时退回的行",
                    media_type=XLSX,
                )  # fmt: skip
                file_id = stored.pk
            message = summary(self.run.counts)
            RegisterImport.objects.filter(pk=self.run.pk).update(
                state=RegisterImport.State.DONE, message=message, refused_file_id=file_id, finished_at=at, moved_at=at
            )
            if self.run.progress_id:
                progress_finish(
                    progress_id=self.run.progress_id, at=at, message=message, partly=bool(refused),
                    href=reverse("register:import", args=[self.run.pk]),
                )  # fmt: skip
            entry_append(
                viewer=self.viewer, action="register.import_done", subject_type="register.RegisterImport",
                subject_id=self.run.pk, slot=self.run.slot, at=at, after=dict(self.run.counts),
            )  # fmt: skip
        self.run.state = RegisterImport.State.DONE


def index_only() -> None:
    """This function keeps the transaction's lookups on indexes: a table that is just filling has no statistics yet."""
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")


def _refusal_counts(problems: Sequence[Problem]) -> Counter[str]:
    refused = {id(problem.row) for problem in problems if not problem.is_notice}
    noticed = sum(problem.is_notice for problem in problems)
    return Counter(rows_refused=len(refused), notices=noticed)


def summary(counts: dict[str, int]) -> str:
    """This function says in one sentence what became of an import."""
    get = counts.get
    parts = [
        f"读取 {get('rows', 0):,} 行",
        f"新登记 {get('households_new', 0):,} 户、{get('persons_new', 0):,} 人",
        f"核对已登记 {get('households_known', 0):,} 户、{get('persons_known', 0):,} 人",
    ]
    if get("rows_refused", 0):
        parts.append(f"退回 {counts['rows_refused']:,} 行")
    if get("waiting", 0):
        parts.append(f"其中 {counts['waiting']:,} 人待县级核对")
    return "，".join(parts) + "。"


def _fail(run: RegisterImport, message: str, at: datetime) -> None:
    with acting_as(SYSTEM):
        RegisterImport.objects.filter(pk=run.pk).update(
            state=RegisterImport.State.FAILED, message=message[:500], finished_at=at, moved_at=at
        )
        if run.progress_id:
            progress_fail(progress_id=run.progress_id, at=at, message=message)
        entry_append(
            viewer=SYSTEM, action="register.import_failed", subject_type="register.RegisterImport",
            subject_id=run.pk, slot=run.slot, at=at, after={"done": run.done},
        )  # fmt: skip


def imports_resume(*, at: datetime) -> int:
    """This function puts imports back into the queue that should move and did not; returns how many.

    A job too many does no harm: each chunk looks where the import stands.
    """
    with acting_as(SYSTEM):
        still = list(
            RegisterImport.objects.filter(
                state__in=(RegisterImport.State.WAITING, RegisterImport.State.RUNNING), moved_at__lt=at - STILL_FOR
            ).values_list("pk", flat=True)
        )
        for pk in still:
            _queue(pk)
        RegisterImport.objects.filter(pk__in=still).update(moved_at=at)
    return len(still)
