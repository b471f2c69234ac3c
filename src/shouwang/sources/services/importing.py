"""The worker's second step: rows in chunks, each in one transaction with the counts that say how far it is.

A kill loses the chunk that was under way and nothing else: the next start reads the file again from the first row not
counted. A row that came before, in this file or an earlier one, is known by its identity and never counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from django.db.models import Max
from django.urls import reverse

from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Place, Refusal
from shouwang.kit.seal import keyring
from shouwang.kit.tables import tables_open
from shouwang.kit.texts import numbers_hidden
from shouwang.office.services import progress_advance, progress_finish, progress_start
from shouwang.people.access import Viewer, acting_as
from shouwang.sources.models import Feed, FeedImport, FeedMatch, FeedRow
from shouwang.sources.rules.facts import RowFacts, row_facts, row_identity
from shouwang.sources.rules.headings import Layout
from shouwang.sources.rules.kinds import FeedKind, feed_kind
from shouwang.sources.rules.matching import NO_KEY, NOT_FOUND, Outcome
from shouwang.sources.rules.rows import Row, row_is_blank, row_is_footnote, row_read
from shouwang.sources.services.cells import cells_seal
from shouwang.sources.services.matching import RowMatcher
from shouwang.sources.services.reading import State, content_of, import_fail, import_load, limits, worker_viewer
from shouwang.sources.services.recording import TakenRow, facts_record
from shouwang.sources.services.uploads import SUBJECT, mapping_check

CHUNK_ROWS = 1000
CONFLICT = "同一件事以前已经导入过，但这一行的内容不一样。要更正，请先撤销原来那次导入，再导入改正后的表。"


@dataclass(frozen=True)
class RawRow:
    """One row as it stands in the file."""

    layout: Layout
    number: int
    cells: Sequence[object] = field(repr=False)


@dataclass
class Tally:
    """What became of the rows of one chunk."""

    read: int = 0
    exact: int = 0
    by_name: int = 0
    duplicate: int = 0
    unmatched: int = 0
    refused: int = 0
    facts: int = 0


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
        work = _Chunk(locked, kind=kind, viewer=viewer, at=at)
        work.take(chunk)
        tally = work.tally
        locked.rows_read += tally.read
        locked.rows_exact += tally.exact
        locked.rows_by_name += tally.by_name
        locked.rows_duplicate += tally.duplicate
        locked.rows_unmatched += tally.unmatched
        locked.rows_refused += tally.refused
        locked.facts_recorded += tally.facts
        locked.moved_at = at
        locked.save(
            update_fields=[
                "rows_read", "rows_exact", "rows_by_name", "rows_duplicate", "rows_unmatched", "rows_refused",
                "facts_recorded", "moved_at",
            ]
        )  # fmt: skip
        if locked.progress_id:
            progress_advance(progress_id=locked.progress_id, done=locked.rows_read, at=at)
    taken.rows_read = locked.rows_read


class _Chunk:
    """The work on one chunk: read, match, tell known rows from new ones, record."""

    def __init__(self, taken: FeedImport, *, kind: FeedKind, viewer: Viewer, at: datetime) -> None:
        self.taken, self.kind, self.viewer, self.at = taken, kind, viewer, at
        self.on: date = at.astimezone(SHANGHAI).date()
        self.tally = Tally()
        self.aside: list[FeedRow] = []

    def take(self, chunk: list[RawRow]) -> None:
        """This function takes the rows of one chunk in; the caller's transaction holds it all."""
        self.tally.read = len(chunk)
        read: list[tuple[RawRow, Row, RowFacts]] = []
        for raw in chunk:
            try:
                row = row_read(raw.cells, kind=self.kind, layout=raw.layout, number=raw.number, on=self.on)
                read.append((raw, row, row_facts(row, kind=self.kind, data_date=self.taken.data_date)))
            except Refusal as refusal:
                column = refusal.place.column if isinstance(refusal.place, Place) else ""
                self._refuse(raw, refusal.message, column=column)
        outcomes = RowMatcher(self.viewer, kind=self.kind, on=self.on).match([row for _, row, _ in read])
        matched: list[tuple[RawRow, TakenRow, bytes, bytes]] = []
        ring = keyring()
        for (raw, row, facts), outcome in zip(read, outcomes, strict=True):
            if outcome.person is None:
                self._leave(raw, outcome)
                continue
            identity = row_identity(row, facts, kind=self.kind, person_id=outcome.person.person_id)
            taken_row = TakenRow(
                row=row, facts=facts, person=outcome.person, household_id=outcome.household_id, method=outcome.method,
                score=outcome.score,
            )  # fmt: skip
            matched.append(
                (raw, taken_row, ring.blind("feed_identity", identity), ring.blind("feed_content", facts.canonical()))
            )
        new = self._unknown_only(matched)
        self.tally.facts = facts_record(
            self.taken, new, source=self.taken.feed.department, viewer=self.viewer, at=self.at
        )
        FeedRow.objects.bulk_create(self.aside)

    def _unknown_only(self, matched: list[tuple[RawRow, TakenRow, bytes, bytes]]) -> list[TakenRow]:
        """This function sets aside rows that came before and returns the others, their matches recorded."""
        known = {
            bytes(identity): bytes(content)
            for identity, content in FeedMatch.objects.filter(
                feed_id=self.taken.feed_id, identity__in=[identity for _, _, identity, _ in matched]
            ).values_list("identity", "content")
        }
        new: list[TakenRow] = []
        matches: list[FeedMatch] = []
        for raw, row, identity, content in matched:
            if identity in known:
                if known[identity] == content:
                    self.tally.duplicate += 1
                else:
                    self._refuse(raw, CONFLICT)
                continue
            known[identity] = content
            new.append(row)
            if row.method == FeedMatch.Method.EXACT_ID:
                self.tally.exact += 1
            else:
                self.tally.by_name += 1
            matches.append(
                FeedMatch(
                    feed_import=self.taken, feed_id=self.taken.feed_id, slot=row.person.slot,
                    household_id=row.household_id, person_id=row.person.person_id, method=row.method,
                    score=row.score, sheet_number=raw.layout.sheet_number, row_number=raw.number, identity=identity,
                    content=content,
                )
            )  # fmt: skip
        FeedMatch.objects.bulk_create(matches)
        return new

    def _leave(self, raw: RawRow, outcome: Outcome) -> None:
        if outcome.reason == NO_KEY:
            self._refuse(raw, NO_KEY, column=self.kind.fields[self.kind.person.resident_id].heading)
            return
        self.tally.unmatched += 1
        self._aside(raw, FeedRow.State.UNMATCHED, outcome.reason or NOT_FOUND, "")

    def _refuse(self, raw: RawRow, reason: str, *, column: str = "") -> None:
        self.tally.refused += 1
        self._aside(raw, FeedRow.State.REFUSED, reason, column)

    def _aside(self, raw: RawRow, state: str, reason: str, column: str) -> None:
        self.aside.append(
            FeedRow(
                feed_import=self.taken, organisation_id=self.taken.organisation_id, slot=self.taken.slot,
                sheet=raw.layout.sheet[:100], sheet_number=raw.layout.sheet_number, row_number=raw.number, state=state,
                column=column[:100], reason=numbers_hidden(reason)[:300],
                sealed_cells=cells_seal(
                    raw.cells, import_id=self.taken.pk, sheet_number=raw.layout.sheet_number, number=raw.number
                ),
            )
        )  # fmt: skip


def _finish(taken: FeedImport, *, viewer: Viewer, at: datetime) -> None:
    with acting_as(viewer):
        done = FeedImport.objects.select_for_update().select_related("feed").get(pk=taken.pk)
        if done.state != State.RUNNING:
            return
        done.state, done.finished_at = State.DONE, at
        done.version += 1
        done.save(update_fields=["state", "finished_at", "version"])
        feed_date_renew(done.feed)
        aside = done.rows_refused + done.rows_unmatched
        if done.progress_id:
            progress_finish(
                progress_id=done.progress_id, at=at, partly=aside > 0, href=reverse("sources:feed", args=[done.pk]),
                message=f"读了 {done.rows_read:,} 行，导入 {done.rows_exact + done.rows_by_name:,} 行"
                + (f"，{aside:,} 行没有导入" if aside else ""),
            )  # fmt: skip
        entry_append(
            viewer=viewer, action="feed.import", subject_type=SUBJECT, subject_id=done.pk, slot=done.slot, at=at,
            after={"rows": done.rows_read, "taken": done.rows_exact + done.rows_by_name, "facts": done.facts_recorded},
        )  # fmt: skip


def feed_date_renew(feed: Feed) -> None:
    """This function sets a feed's newest data date and import from what is imported and not taken back."""
    newest = feed.imports.filter(state=State.DONE).aggregate(day=Max("data_date"), at=Max("finished_at"))
    feed.data_date, feed.imported_at = newest["day"], newest["at"]
    feed.save(update_fields=["data_date", "imported_at"])
