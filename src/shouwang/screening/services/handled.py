"""Evidence that has led to a case, in the keys of a snapshot."""

from __future__ import annotations

import pyarrow as pa
from django.db.models import Q, QuerySet

from shouwang.screening.models import HandledEvidence, Run, Snapshot


def key_salted(table: str, key: int, salt: int) -> int:
    """This function turns a row id into a snapshot key and back; income evidence is a month and no row."""
    return key if table == "income" else key ^ salt


def handled_now() -> QuerySet[HandledEvidence]:
    """This function returns the evidence of warnings that a case has taken up or a person settled."""
    taken = Q(warning__collected_case_id__isnull=False) | Q(warning__settled_at__isnull=False)
    return HandledEvidence.objects.filter(taken)


def handled_before(run: Run) -> QuerySet[HandledEvidence]:
    """This function returns the evidence that had been handled when a run began, whatever happened since."""
    taken = Q(warning__collected_at__lt=run.started_at) | Q(warning__settled_at__lt=run.started_at)
    return HandledEvidence.objects.filter(taken)


def handled_table(evidence: QuerySet[HandledEvidence], run: Run, snapshot: Snapshot) -> pa.Table:
    """This function returns the evidence of a run's area in the keys of a snapshot, as the engine takes it."""
    inside = evidence.filter(slot__gte=run.slot, slot__lte=run.hi).order_by("household_id", "table", "row_id")
    rows = list(inside.values_list("household_id", "table", "row_id"))
    return pa.table(
        {
            "household_key": pa.array([household ^ snapshot.salt for household, _, _ in rows], pa.int64()),
            "table": pa.array([table for _, table, _ in rows], pa.string()),
            "key": pa.array([key_salted(table, key, snapshot.salt) for _, table, key in rows], pa.int64()),
        }
    )
