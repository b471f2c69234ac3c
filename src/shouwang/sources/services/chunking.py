"""The work on one chunk of rows: read, match, tell known rows from new ones, record, leave the rest to people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Place, Refusal
from shouwang.kit.seal import keyring
from shouwang.kit.texts import numbers_hidden
from shouwang.people.access import Viewer
from shouwang.sources.models import FeedImport, FeedMatch, FeedRow
from shouwang.sources.rules.facts import RowFacts, row_facts, row_identity
from shouwang.sources.rules.headings import Layout
from shouwang.sources.rules.kinds import FeedKind
from shouwang.sources.rules.matching import NO_KEY, NOT_FOUND, Outcome
from shouwang.sources.rules.repairs import BrokenId
from shouwang.sources.rules.rows import BirthDiffers, Row, row_read
from shouwang.sources.services.cells import cells_seal
from shouwang.sources.services.matching import RowMatcher
from shouwang.sources.services.pairs import PairsToAsk, pairs_ask
from shouwang.sources.services.recording import TakenRow, facts_record

CONFLICT = "同一件事以前已经导入过，但这一行的内容不一样。要更正，请先撤销原来那次导入，再导入改正后的表。"
COUNTED_AS = {
    FeedMatch.Method.EXACT_ID: "rows_exact",
    FeedMatch.Method.NAME_BIRTH_VILLAGE: "rows_by_name",
    FeedMatch.Method.ID_REPAIRED: "rows_repaired",
    FeedMatch.Method.SIMILAR_ID: "rows_similar",
    FeedMatch.Method.SIMILAR_BIRTH: "rows_similar",
    FeedMatch.Method.LEARNT: "rows_decided",
}


@dataclass(frozen=True)
class RawRow:
    """One row as it stands in the file."""

    layout: Layout
    number: int
    cells: Sequence[object] = field(repr=False)


@dataclass(frozen=True)
class _Matched:
    """A row whose person is known, with what makes it the same row when it comes again."""

    raw: RawRow
    row: TakenRow
    identity: bytes
    content: bytes


class Chunk:
    """The caller's transaction holds it all; `tally` counts by the names of the import's columns."""

    def __init__(self, taken: FeedImport, *, kind: FeedKind, viewer: Viewer, at: datetime) -> None:
        self.taken, self.kind, self.viewer, self.at = taken, kind, viewer, at
        self.on: date = at.astimezone(SHANGHAI).date()
        self.tally: Counter[str] = Counter()
        self.aside: list[FeedRow] = []
        self.asked: list[PairsToAsk] = []

    def take(self, chunk: list[RawRow]) -> None:
        """This function takes the rows of one chunk in."""
        self.tally["rows_read"] = len(chunk)
        read: list[tuple[RawRow, Row, RowFacts]] = []
        for raw in chunk:
            try:
                row = row_read(raw.cells, kind=self.kind, layout=raw.layout, number=raw.number, on=self.on)
                read.append((raw, row, row_facts(row, kind=self.kind, data_date=self.taken.data_date)))
            except Refusal as refusal:
                self._refuse_for(raw, refusal)
        matcher = RowMatcher(
            self.viewer, kind=self.kind, on=self.on, organisation_id=self.taken.organisation_id
        )  # fmt: skip
        outcomes = matcher.match([row for _, row, _ in read])
        matched: list[_Matched] = []
        for (raw, row, facts), outcome in zip(read, outcomes, strict=True):
            if outcome.person is None:
                self._leave(raw, row, outcome, matcher)
            else:
                matched.append(self._matched(raw, row, facts, outcome))
        new = self._unknown_only(matched)
        self.tally["facts_recorded"] = facts_record(
            self.taken, new, source=self.taken.feed.department, viewer=self.viewer, at=self.at
        )
        FeedRow.objects.bulk_create(self.aside)
        pairs_ask(self.taken, self.asked)

    def _matched(self, raw: RawRow, row: Row, facts: RowFacts, outcome: Outcome) -> _Matched:
        assert outcome.person is not None
        identity = row_identity(row, facts, kind=self.kind, person_id=outcome.person.person_id)
        taken_row = TakenRow(
            row=row, facts=facts, person=outcome.person, household_id=outcome.household_id, method=outcome.method,
            score=outcome.score, decision_id=outcome.decision_id,
        )  # fmt: skip
        ring = keyring()
        return _Matched(
            raw, taken_row, ring.blind("feed_identity", identity), ring.blind("feed_content", facts.canonical())
        )

    def _unknown_only(self, matched: list[_Matched]) -> list[TakenRow]:
        """This function sets aside rows that came before and returns the others, their matches recorded."""
        known = identities_known(self.taken.feed_id, [each.identity for each in matched])
        new: list[TakenRow] = []
        matches: list[FeedMatch] = []
        for each in matched:
            if each.identity in known:
                if known[each.identity] == each.content:
                    self.tally["rows_duplicate"] += 1
                else:
                    self._refuse(each.raw, CONFLICT)
                continue
            known[each.identity] = each.content
            new.append(each.row)
            self.tally[COUNTED_AS[FeedMatch.Method(each.row.method)]] += 1
            if each.row.decision_id is not None:
                self._aside(each.raw, FeedRow.State.DECIDED, "", "")
            matches.append(match_of(self.taken, each.row, each.raw.layout, each.identity, each.content))
        FeedMatch.objects.bulk_create(matches)
        return new

    def _leave(self, raw: RawRow, row: Row, outcome: Outcome, matcher: RowMatcher) -> None:
        """This function sets a row aside that matching could not place: to be mended, or to be looked at."""
        number = row.get(self.kind.person.resident_id)
        if outcome.reason == NO_KEY:
            self._refuse(raw, NO_KEY, column=self.kind.fields[self.kind.person.resident_id].heading)
            return
        if isinstance(number, BrokenId) and not outcome.offers:
            column = raw.layout.fields[self.kind.person.resident_id].heading
            self._refuse(raw, number.refusal.message, column=column)
            return
        if not outcome.offers and matcher.subject(row).is_contradictory:
            column = raw.layout.fields[self.kind.person.birth_date].heading
            self._refuse(raw, BirthDiffers.sentence, column=column)
            return
        self.tally["rows_unmatched"] += 1
        aside = self._aside(raw, FeedRow.State.UNMATCHED, outcome.reason or NOT_FOUND, "")
        if outcome.offers:
            self.asked.append(PairsToAsk(aside, matcher.subject(row), outcome.offers))

    def _refuse_for(self, raw: RawRow, refusal: Refusal) -> None:
        column = refusal.place.column if isinstance(refusal.place, Place) else ""
        self._refuse(raw, refusal.message, column=column)

    def _refuse(self, raw: RawRow, reason: str, *, column: str = "") -> None:
        self.tally["rows_refused"] += 1
        self._aside(raw, FeedRow.State.REFUSED, reason, column)

    def _aside(self, raw: RawRow, state: str, reason: str, column: str) -> FeedRow:
        row = FeedRow(
            feed_import=self.taken, organisation_id=self.taken.organisation_id, slot=self.taken.slot,
            sheet=raw.layout.sheet[:100], sheet_number=raw.layout.sheet_number, row_number=raw.number, state=state,
            column=column[:100], reason=numbers_hidden(reason)[:300],
            sealed_cells=cells_seal(
                raw.cells, import_id=self.taken.pk, sheet_number=raw.layout.sheet_number, number=raw.number
            ),
        )  # fmt: skip
        self.aside.append(row)
        return row


def identities_known(feed_id: int, identities: Sequence[bytes]) -> dict[bytes, bytes]:
    """This function returns the contents of a feed's events that came before, by their identity."""
    rows = FeedMatch.objects.filter(feed_id=feed_id, identity__in=list(identities))
    return {bytes(identity): bytes(content) for identity, content in rows.values_list("identity", "content")}


def match_of(taken: FeedImport, row: TakenRow, layout: Layout, identity: bytes, content: bytes) -> FeedMatch:
    """This function returns the unsaved record of whose a row is."""
    return FeedMatch(
        feed_import=taken, feed_id=taken.feed_id, slot=row.person.slot, household_id=row.household_id,
        person_id=row.person.person_id, method=row.method, score=row.score, decision_id=row.decision_id,
        sheet_number=layout.sheet_number, row_number=row.row.number, identity=identity, content=content,
    )  # fmt: skip
