"""One row that waited is taken as a person's, or given back to the queue; the counts of its import go with it."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import F

from shouwang.kit.dates import SHANGHAI
from shouwang.kit.seal import keyring
from shouwang.people.access import Viewer
from shouwang.register.selectors import homes_of, match_hits
from shouwang.sources.models import FeedImport, FeedMatch, FeedRow, MatchDecision
from shouwang.sources.rules.facts import row_facts, row_identity
from shouwang.sources.rules.headings import Layout
from shouwang.sources.rules.kinds import FeedKind, feed_kind
from shouwang.sources.rules.matching import NOT_FOUND
from shouwang.sources.rules.rows import Row, row_read
from shouwang.sources.services.cells import cells_raw
from shouwang.sources.services.chunking import CONFLICT, identities_known, match_of
from shouwang.sources.services.errors import NotAtThisStep, PersonWithoutHome
from shouwang.sources.services.matching import LEARNT_SCORE
from shouwang.sources.services.recording import TakenRow, facts_record, row_take_back

State = FeedRow.State


def row_reread(waiting: FeedRow, *, kind: FeedKind, on: date) -> tuple[Layout, Row]:
    """This function reads a row set aside again as it was delivered."""
    layouts = map(Layout.from_json, waiting.feed_import.layout)
    layout = next(each for each in layouts if each.sheet_number == waiting.sheet_number)
    return layout, row_read(cells_raw(waiting), kind=kind, layout=layout, number=waiting.row_number, on=on)


def row_take(*, row_id: int, decision: MatchDecision, viewer: Viewer, at: datetime) -> bool:
    """This function records what a row says of the decided person; False when the event was known or contradicts it.

    `viewer` is the import's worker. Raises PersonWithoutHome, or NotAtThisStep for an import that is not in force.
    """
    waiting = FeedRow.objects.select_for_update().select_related("feed_import__feed").get(pk=row_id)
    taken = waiting.feed_import
    if taken.state != FeedImport.State.DONE or waiting.state != State.UNMATCHED:
        raise NotAtThisStep(taken.get_state_display())
    on, kind = at.astimezone(SHANGHAI).date(), feed_kind(taken.feed.kind)
    person = match_hits([decision.person_id]).get(decision.person_id)
    home = homes_of([person.person_id], on=on).get(person.person_id) if person else None
    if person is None or home is None:
        raise PersonWithoutHome
    layout, row = row_reread(waiting, kind=kind, on=on)
    facts = row_facts(row, kind=kind, data_date=taken.data_date)
    ring = keyring()
    identity = ring.blind("feed_identity", row_identity(row, facts, kind=kind, person_id=person.person_id))
    content = ring.blind("feed_content", facts.canonical())
    known = identities_known(taken.feed_id, [identity])
    if identity in known:
        is_same = known[identity] == content
        _count(taken.pk, rows_unmatched=-1, **{"rows_duplicate" if is_same else "rows_refused": 1})
        waiting.state = State.DECIDED if is_same else State.REFUSED
        waiting.reason = "" if is_same else CONFLICT
        waiting.save(update_fields=["state", "reason"])
        return False
    work = TakenRow(
        row=row, facts=facts, person=person, household_id=home, method=FeedMatch.Method.LEARNT, score=LEARNT_SCORE,
        decision_id=decision.pk,
    )  # fmt: skip
    match_of(taken, work, layout, identity, content).save()
    recorded = facts_record(taken, [work], source=taken.feed.department, viewer=viewer, at=at)
    _count(taken.pk, rows_unmatched=-1, rows_decided=1, facts_recorded=recorded)
    waiting.state = State.DECIDED
    waiting.save(update_fields=["state"])
    return True


def row_give_back(*, match: FeedMatch, viewer: Viewer, at: datetime) -> tuple[int, int]:
    """This function takes a decided row's facts back and lets it wait again; returns their number and the row."""
    waiting = FeedRow.objects.get(
        feed_import_id=match.feed_import_id, sheet_number=match.sheet_number, row_number=match.row_number
    )
    undone = row_take_back(match, viewer=viewer, at=at)
    waiting.state, waiting.reason = State.UNMATCHED, NOT_FOUND
    waiting.save(update_fields=["state", "reason"])
    _count(waiting.feed_import_id, rows_decided=-1, rows_unmatched=1, facts_recorded=-undone)
    return undone, waiting.pk


def rows_return(row_ids: list[int], *, counted_as: str) -> None:
    """This function lets rows wait again that a decision had made duplicates or conflicts."""
    for row in FeedRow.objects.filter(pk__in=row_ids):
        row.state, row.reason = State.UNMATCHED, NOT_FOUND
        row.save(update_fields=["state", "reason"])
        _count(row.feed_import_id, **{counted_as: -1, "rows_unmatched": 1})


def _count(import_id: int, **changes: int) -> None:
    FeedImport.objects.filter(pk=import_id).update(**{name: F(name) + change for name, change in changes.items()})
