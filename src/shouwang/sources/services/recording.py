"""Writing what taken rows say into the register, every fact with the row it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shouwang.people.access import Viewer
from shouwang.register.services import (
    IncomeRow,
    NamedRow,
    SpendingRow,
    StatusRow,
    income_record_many,
    named_record_many,
    source_undo,
    spending_record_many,
    status_record_many,
)
from shouwang.sources.models import FeedImport, FeedMatch, FeedRow, MatchPair
from shouwang.sources.rules.facts import RowFacts
from shouwang.sources.rules.matching import Candidate
from shouwang.sources.rules.rows import Row


@dataclass(frozen=True)
class TakenRow:
    """A row with its facts and the person it belongs to, who has a household."""

    row: Row
    facts: RowFacts
    person: Candidate
    household_id: int
    method: str
    score: int
    decision_id: int | None = None


def source_prefix(import_id: int) -> str:
    """This function returns what every reference of an import begins with."""
    return f"feed:{import_id}:"


def source_ref(import_id: int, row: Row | FeedMatch, number: int = 0) -> str:
    """This function returns the reference of a row's fact, e.g. feed:17:row:204; further facts are numbered."""
    sheet = f"sheet:{row.sheet_number}:" if row.sheet_number else ""
    line = row.number if isinstance(row, Row) else row.row_number
    return f"{source_prefix(import_id)}{sheet}row:{line}" + (f":{number}" if number else "")


def facts_record(taken: FeedImport, rows: Sequence[TakenRow], *, source: str, viewer: Viewer, at: datetime) -> int:
    """This function records the facts of new rows and returns how many there were."""
    spendings: list[SpendingRow] = []
    statuses: list[StatusRow] = []
    incomes: list[IncomeRow] = []
    named: list[NamedRow] = []
    for each in rows:
        home, person, facts = each.household_id, each.person.person_id, each.facts
        for number, spending in enumerate(facts.spendings):
            spendings.append(
                SpendingRow(
                    household_id=home, cause=spending.cause, event_date=spending.event_date, source=source,
                    gross_fen=spending.gross_fen, reimbursed_fen=spending.reimbursed_fen,
                    self_paid_fen=spending.self_paid_fen, detail=spending.detail,
                    source_ref=source_ref(taken.pk, each.row, number),
                    person_id=None if spending.is_household else person,
                )
            )  # fmt: skip
        for number, status in enumerate(facts.statuses):
            statuses.append(
                StatusRow(
                    household_id=home, kind=status.kind, from_date=status.from_date, source=source, value=status.value,
                    until_date=status.until_date, source_ref=source_ref(taken.pk, each.row, number),
                    person_id=None if status.is_household else person,
                )
            )  # fmt: skip
        for number, income in enumerate(facts.incomes):
            incomes.append(
                IncomeRow(
                    household_id=home, month=income.month, kind=income.kind, amount_fen=income.amount_fen,
                    source=source, source_ref=source_ref(taken.pk, each.row, number),
                    person_id=None if income.is_household else person,
                )
            )  # fmt: skip
        if facts.named:
            named.append(
                NamedRow(
                    household_id=home, source=source, facts=dict(facts.named),
                    source_ref=source_ref(taken.pk, each.row), person_id=person,
                )
            )  # fmt: skip
    return (
        spending_record_many(viewer=viewer, rows=spendings, at=at)
        + status_record_many(viewer=viewer, rows=statuses, at=at)
        + income_record_many(viewer=viewer, rows=incomes, at=at)
        + named_record_many(viewer=viewer, rows=named, at=at)
    )


def facts_take_back(taken: FeedImport, *, viewer: Viewer, at: datetime) -> int:
    """This function takes back every fact of an import and forgets its matches; returns how many facts there were."""
    undone = source_undo(viewer=viewer, source_ref_prefix=source_prefix(taken.pk), at=at)
    FeedMatch.objects.filter(feed_import=taken).delete()
    MatchPair.objects.filter(feed_import=taken).delete()
    FeedRow.objects.filter(feed_import=taken, state=FeedRow.State.DECIDED).delete()
    return sum(undone.values())


def row_take_back(match: FeedMatch, *, viewer: Viewer, at: datetime) -> int:
    """This function takes back the facts of one row and forgets its match; returns how many facts there were."""
    ref = source_ref(match.feed_import_id, match)
    undone = source_undo(viewer=viewer, source_ref_prefix=ref, is_exact=True, at=at)
    numbered = source_undo(viewer=viewer, source_ref_prefix=f"{ref}:", at=at)
    match.delete()
    return sum(undone.values()) + sum(numbered.values())


def import_wipe(taken: FeedImport, *, viewer: Viewer, at: datetime) -> None:
    """This function leaves nothing of an import that broke off in the middle: no fact, no row, no count."""
    if not taken.rows_read:
        return
    facts_take_back(taken, viewer=viewer, at=at)
    FeedRow.objects.filter(feed_import=taken).delete()
    FeedImport.objects.filter(pk=taken.pk).update(
        rows_read=0, rows_exact=0, rows_by_name=0, rows_repaired=0, rows_similar=0, rows_decided=0, rows_duplicate=0,
        rows_unmatched=0, rows_refused=0, facts_recorded=0,
    )  # fmt: skip
