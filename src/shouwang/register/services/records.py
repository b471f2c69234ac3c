"""Recording many incomes, spending events, statuses and named facts of a source at once; taking a source back.

A row with a `source_ref` that is believed already is not recorded again, so a task that was killed may start over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models, transaction

from shouwang.audit.services import entry_append
from shouwang.kit.codes import IncomeKind, SpendingCause
from shouwang.people.access import Viewer
from shouwang.register import errors
from shouwang.register.models import (
    Household,
    HouseholdState,
    Income,
    NamedFact,
    PersonState,
    Spending,
    Status,
)
from shouwang.register.rules import prefix_end
from shouwang.register.services.common import WRITERS
from shouwang.register.services.states import states_undo

BATCH = 5000


@dataclass(frozen=True)
class IncomeRow:
    """One month of one kind; `month` is any day of it."""

    household_id: int
    month: date
    kind: str
    amount_fen: int
    source: str
    source_ref: str | None = None
    person_id: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class SpendingRow:
    """One spending event; unknown amounts are None."""

    household_id: int
    cause: str
    event_date: date
    source: str
    gross_fen: int | None = None
    reimbursed_fen: int | None = None
    self_paid_fen: int | None = None
    detail: str = ""
    source_ref: str | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class StatusRow:
    """One status from a day to before another."""

    household_id: int
    kind: str
    from_date: date
    source: str
    value: str | None = None
    until_date: date | None = None
    source_ref: str | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class NamedRow:
    """Columns of a source row that are no field of ours, heading → text; no number that names somebody."""

    household_id: int
    source: str
    facts: Mapping[str, str] = field(default_factory=dict)
    source_ref: str | None = None
    person_id: int | None = None


Row = IncomeRow | SpendingRow | StatusRow | NamedRow


def income_record_many(*, viewer: Viewer, rows: Sequence[IncomeRow], at: datetime) -> int:
    """This function records months of income and returns how many were new; raises HouseholdNotFound."""
    return _record(viewer, Income, rows, at=at, action="income.record", make=_income)


def spending_record_many(*, viewer: Viewer, rows: Sequence[SpendingRow], at: datetime) -> int:
    """This function records spending events and returns how many were new; raises HouseholdNotFound."""
    return _record(viewer, Spending, rows, at=at, action="spending.record", make=_spending)


def status_record_many(*, viewer: Viewer, rows: Sequence[StatusRow], at: datetime) -> int:
    """This function records statuses and returns how many were new; raises HouseholdNotFound."""
    return _record(viewer, Status, rows, at=at, action="status.record", make=_status)


def named_record_many(*, viewer: Viewer, rows: Sequence[NamedRow], at: datetime) -> int:
    """This function records named facts and returns how many rows were new; raises HouseholdNotFound."""
    return _record(viewer, NamedFact, rows, at=at, action="named.record", make=_named)


def _income(row: Any) -> dict[str, Any]:
    return {
        "month": row.month.replace(day=1), "kind": IncomeKind.parse(row.kind).value, "amount_fen": row.amount_fen,
        "detail": row.detail[:80],
    }  # fmt: skip


def _spending(row: Any) -> dict[str, Any]:
    return {
        "cause": SpendingCause.parse(row.cause).value, "event_date": row.event_date, "gross_fen": row.gross_fen,
        "reimbursed_fen": row.reimbursed_fen, "self_paid_fen": row.self_paid_fen, "detail": row.detail[:120],
    }  # fmt: skip


def _status(row: Any) -> dict[str, Any]:
    return {"kind": row.kind, "value": row.value, "from_date": row.from_date, "until_date": row.until_date}


def _named(row: Any) -> dict[str, Any]:
    return {"facts": dict(row.facts)}


def _record(
    viewer: Viewer, model: type[models.Model], rows: Sequence[Row], *, at: datetime, action: str, make: Any
) -> int:
    if viewer.kind not in WRITERS:
        raise errors.MayNotChange
    if not rows:
        return 0
    with transaction.atomic():
        slots = _slots(viewer, {row.household_id for row in rows})
        known = _known(model, [row.source_ref for row in rows if row.source_ref])
        fresh = [row for row in _once(rows) if row.source_ref is None or row.source_ref not in known]
        model._default_manager.bulk_create(
            [
                model(
                    slot=slots[row.household_id],
                    household_id=row.household_id,
                    person_id=row.person_id,
                    source=row.source,
                    source_ref=row.source_ref,
                    recorded_at=at,
                    **make(row),
                )
                for row in fresh
            ],
            batch_size=BATCH,
            ignore_conflicts=True,
        )
        if fresh:
            entry_append(
                viewer=viewer, action=action, subject_type=f"register.{model.__name__}", subject_id=0,
                slot=min(slots.values()), at=at,
                after={"rows": len(fresh), "source": fresh[0].source, "first_ref": fresh[0].source_ref},
            )  # fmt: skip
    return len(fresh)


def _once(rows: Iterable[Row]) -> list[Row]:
    """This function keeps the first of rows that carry the same reference."""
    seen: set[str] = set()
    kept = []
    for row in rows:
        if row.source_ref is not None:
            if row.source_ref in seen:
                continue
            seen.add(row.source_ref)
        kept.append(row)
    return kept


def _slots(viewer: Viewer, household_ids: set[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    wanted = list(household_ids)
    for start in range(0, len(wanted), BATCH):
        rows = Household.objects.filter(viewer.q(), pk__in=wanted[start : start + BATCH])
        found |= dict(rows.values_list("pk", "slot"))
    if len(found) < len(household_ids):
        raise errors.HouseholdNotFound
    return found


def _known(model: type[models.Model], refs: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(refs), BATCH):
        rows = model._default_manager.filter(source_ref__in=refs[start : start + BATCH], superseded_at__isnull=True)
        found |= set(rows.values_list("source_ref", flat=True))
    return found


def source_undo(*, viewer: Viewer, source_ref_prefix: str, at: datetime, is_exact: bool = False) -> dict[str, int]:
    """This function takes back everything that a source with a prefix brought (e.g. "feed:17:"), in the caller's scope.

    `is_exact`: only what bears this very reference.

    Rows stay as superseded; states go back to what other sources say. Returns the number of rows by table.
    """
    if viewer.kind not in WRITERS:
        raise errors.MayNotChange
    end = f"{source_ref_prefix}\x01" if is_exact else prefix_end(source_ref_prefix)
    counts: dict[str, int] = {}
    with transaction.atomic():
        for model in (Income, Spending, Status, NamedFact):
            rows = model.objects.filter(
                source_ref__gte=source_ref_prefix, source_ref__lt=end, superseded_at__isnull=True
            )
            counts[model.__name__.lower()] = rows.update(superseded_at=at)
        for state in (HouseholdState, PersonState):
            counts[state.__name__.lower()] = states_undo(state, prefix=source_ref_prefix, end=end, at=at)
        entry_append(
            viewer=viewer, action="source.undo", subject_type="register.Source", subject_id=0,
            slot=viewer.ranges[0][0] if viewer.ranges else None, at=at,
            after={"prefix": source_ref_prefix, **counts},
        )  # fmt: skip
    return counts
