"""The worker's second step: rows in chunks, each in one transaction with the counts that say how far it is.

A kill loses the chunk that was under way and nothing else: the next start reads the file again from the first row not
counted. A row that came before, in this file or an earlier one, is known by its identity and never counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db.models import F, Max, Q
from django.urls import reverse

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.kit.tables import tables_open
from shouwang.office.services import progress_advance, progress_finish, progress_start
from shouwang.people.access import Viewer, acting_as
from shouwang.sources.models import Feed, FeedImport, MatchPair
from shouwang.sources.rules.headings import Layout
from shouwang.sources.rules.kinds import FeedKind, feed_kind
from shouwang.sources.rules.rows import row_is_blank, row_is_footnote
from shouwang.sources.services.chunking import Chunk, RawRow
from shouwang.sources.services.reading import State, content_of, import_fail, import_load, limits, worker_viewer
from shouwang.sources.services.uploads import SCORE_TASK, SUBJECT, job_defer, mapping_check

CHUNK_ROWS = 1000


class _Overtaken(Exception):  # noqa: N818 - not an error: another worker has the import
    """The import moved on without us."""


def rows_of(name: str, content: bytes, layouts: Sequence[Layout], *, kind: FeedKind) -> Iterator[RawRow]:
    """This function yields the rows of data below the headings of the mapped sheets, in the file's order."""
    wanted = {layout.sheet_number: layout for layout in layouts}
    with tables_open(content, name=name, limits=limits()) as sheets:
        for number, sheet in enumerate(sheets):
            layout = wanted.get(number)
            if layout is None:
                continue
            for row_number, cells in sheet.rows:
                if row_number <= layout.heading_row or row_is_blank(cells):
                    continue
                if not row_is_footnote(cells, kind=kind, layout=layout):
                    yield RawRow(layout, row_number, cells)


def feed_import_run(
    *, import_id: int, clock: Callable[[], datetime], advance: Callable[[int, int], None] | None = None
) -> None:
    """This function imports a mapped file, or goes on with one that was interrupted; safe to call again at any time.

    `advance` hears rows done and rows in all after each chunk.
    """
    taken = import_load(import_id)
    if taken.state not in (State.WAITING, State.RUNNING) or not taken.layout:
        return
    viewer, kind = worker_viewer(taken), feed_kind(taken.feed.kind)
    layouts = [Layout.from_json(body) for body in taken.layout]
    try:
        mapping_check(layouts, kind)
        with content_of(taken, viewer=viewer, at=clock()) as (name, content):
            _begin(taken, viewer=viewer, name=name, content=content, layouts=layouts, at=clock())
            rows = islice(rows_of(name, content, layouts, kind=kind), taken.rows_read, None)
            while chunk := list(islice(rows, CHUNK_ROWS)):
                _chunk_import(taken, chunk, kind=kind, viewer=viewer, at=clock())
                if advance is not None:
                    advance(taken.rows_read, taken.rows_total or 0)
        _finish(taken, viewer=viewer, at=clock())
    except _Overtaken:
        return
    except Refusal as refusal:
        import_fail(taken, viewer=viewer, refusal=refusal, at=clock())


def _begin(
    taken: FeedImport, *, viewer: Viewer, name: str, content: bytes, layouts: Sequence[Layout], at: datetime
) -> None:
    """This function counts the rows, so that a file that breaks off in the middle is refused before anything counts."""
    if taken.rows_total is None:
        taken.rows_total = sum(1 for _ in rows_of(name, content, layouts, kind=feed_kind(taken.feed.kind)))
    with acting_as(viewer):
        FeedImport.objects.filter(pk=taken.pk, state__in=(State.WAITING, State.RUNNING)).update(
            state=State.RUNNING, rows_total=taken.rows_total, started_at=taken.started_at or at, moved_at=at
        )
        if taken.progress_id:
            progress_start(progress_id=taken.progress_id, at=at, total=taken.rows_total)


def _chunk_import(taken: FeedImport, chunk: list[RawRow], *, kind: FeedKind, viewer: Viewer, at: datetime) -> None:
    with acting_as(viewer):
        locked = FeedImport.objects.select_for_update().get(pk=taken.pk)
        if locked.state != State.RUNNING or locked.rows_read != taken.rows_read:
            raise _Overtaken
        work = Chunk(locked, kind=kind, viewer=viewer, at=at)
        work.take(chunk)
        for name, rows in work.tally.items():
            setattr(locked, name, getattr(locked, name) + rows)
        locked.moved_at = at
        locked.save(update_fields=[*work.tally, "moved_at"])
        if locked.progress_id:
            progress_advance(progress_id=locked.progress_id, done=locked.rows_read, at=at)
    taken.rows_read = locked.rows_read


def _finish(taken: FeedImport, *, viewer: Viewer, at: datetime) -> None:
    with acting_as(viewer):
        done = FeedImport.objects.select_for_update().select_related("feed").get(pk=taken.pk)
        if done.state != State.RUNNING:
            return
        done.state, done.finished_at = State.DONE, at
        done.version += 1
        done.save(update_fields=["state", "finished_at", "version"])
        feed_date_renew(done.feed)
        if MatchPair.objects.filter(feed_import=done).exists():
            job_defer(SCORE_TASK, import_id=done.pk)
        aside = done.rows_refused + done.rows_unmatched
        if done.progress_id:
            progress_finish(
                progress_id=done.progress_id, at=at, partly=aside > 0, href=reverse("sources:feed", args=[done.pk]),
                message=f"读了 {done.rows_read:,} 行，导入 {done.rows_taken:,} 行"
                + (f"，{aside:,} 行没有导入" if aside else ""),
            )  # fmt: skip
        entry_append(
            viewer=viewer, action="feed.import", subject_type=SUBJECT, subject_id=done.pk, slot=done.slot, at=at,
            after={"rows": done.rows_read, "taken": done.rows_taken, "facts": done.facts_recorded},
        )  # fmt: skip


def feed_date_renew(feed: Feed) -> None:
    """This function sets a feed's newest data date and import from what is imported and not taken back.

    A file none of whose rows passed brought nothing: the delivery stays as old as it was.
    """
    brought = Q(rows_refused=0) | Q(rows_read__gt=F("rows_refused"))
    newest = feed.imports.filter(brought, state=State.DONE).aggregate(day=Max("data_date"), at=Max("finished_at"))
    feed.data_date, feed.imported_at = newest["day"], newest["at"]
    feed.save(update_fields=["data_date", "imported_at"])
