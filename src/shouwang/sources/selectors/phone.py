"""What a phone holds of a household, and what others reported since it learned that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from shouwang.kit.codes import Risk
from shouwang.people.access import Viewer
from shouwang.sources.models import Clue
from shouwang.sources.rules.phone import PhoneReport
from shouwang.sources.selectors.clues import clues_visible_to


@dataclass(frozen=True)
class Theirs:
    """What somebody else reported about the same household and cause."""

    clue_id: int
    reporter: str
    reported_at: datetime
    cause: str
    occurred_on: date
    summary: str
    gross_fen: int | None
    reimbursed_fen: int | None
    self_paid_fen: int | None
    income_drop_fen: int | None


def theirs_of(clue: Clue) -> Theirs:
    """This function returns a clue as it is shown beside another report."""
    return Theirs(
        clue.pk, clue.reporter_label, clue.reported_at, Risk.parse(clue.cause).label, clue.occurred_on, clue.summary,
        clue.gross_fen, clue.reimbursed_fen, clue.self_paid_fen, clue.income_drop_fen,
    )  # fmt: skip


def theirs_against(viewer: Viewer, reports: Sequence[PhoneReport]) -> dict[str, list[Theirs]]:
    """This function returns, by key, the clues about a report's household and cause that its writer could not know of.

    They came after her phone last learned of the household. A whole household's matter may double any person's.
    """
    since = {
        report.household_id: report.known_at
        for report in reports
        if report.household_id is not None and report.known_at is not None
    }
    if not since:
        return {}
    first = min(at for at in since.values() if at is not None)
    rows = clues_visible_to(viewer).filter(
        Q(reported_at__gt=first) | Q(entered_at__gt=first), household_id__in=list(since)
    )
    by_household: dict[int, list[Clue]] = defaultdict(list)
    for row in rows:
        by_household[row.household_id or 0].append(row)
    return {
        report.key: found
        for report in reports
        if report.known_at is not None
        and (found := [theirs_of(clue) for clue in by_household[report.household_id or 0] if _may_double(report, clue)])
    }


def _may_double(report: PhoneReport, clue: Clue) -> bool:
    return (
        report.known_at is not None
        and clue.came_at > report.known_at
        and clue.idempotency_key != report.key
        and (not report.cause or clue.cause == report.cause)
        and (report.person_id is None or clue.person_id is None or clue.person_id == report.person_id)
    )
