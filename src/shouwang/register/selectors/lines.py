"""Spending events and statuses as lines of a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shouwang.kit.codes import (
    STATUS_LABELS,
    SpendingCause,
)
from shouwang.people.access import Viewer
from shouwang.register.models import (
    Membership,
    Person,
    Spending,
    Status,
)
from shouwang.register.rules import source_label
from shouwang.register.selectors.people import (
    MOVED_AWAY,
    UNNAMED,
)
from shouwang.register.selectors.scope import of_household


@dataclass(frozen=True)
class SpendingLine:
    """One spending event."""

    id: int
    event_date: date
    cause_label: str
    person_name: str
    detail: str
    gross_fen: int | None
    reimbursed_fen: int | None
    self_paid_fen: int | None
    source: str


@dataclass(frozen=True)
class StatusLine:
    """One status, e.g. 低保 since a day."""

    id: int
    label: str
    value: str
    person_name: str
    from_date: date
    until_date: date | None
    source: str


def spending_line(row: Spending, names: dict[int, str]) -> SpendingLine:
    return SpendingLine(
        id=row.pk,
        event_date=row.event_date,
        cause_label=SpendingCause.parse(row.cause).label,
        person_name=names.get(row.person_id or 0, ""),
        detail=row.detail,
        gross_fen=row.gross_fen,
        reimbursed_fen=row.reimbursed_fen,
        self_paid_fen=row.self_paid_fen,
        source=source_label(row.source),
    )


def status_line(row: Status, names: dict[int, str]) -> StatusLine:
    return StatusLine(
        id=row.pk,
        label=STATUS_LABELS.get(row.kind, row.kind),
        value=row.value or "",
        person_name=names.get(row.person_id or 0, ""),
        from_date=row.from_date,
        until_date=row.until_date,
        source=source_label(row.source),
    )


def names_of(viewer: Viewer, household_id: int) -> dict[int, str]:
    """This function returns the names of everybody who ever was a member, also of who has moved out of sight."""
    members = of_household(Membership.objects.filter(household_id=household_id), viewer)
    ids = set(members.values_list("person_id", flat=True))
    seen = dict(Person.objects.filter(pk__in=ids).values_list("pk", "name"))
    return {pk: (seen[pk] or UNNAMED) if pk in seen else MOVED_AWAY for pk in ids}
