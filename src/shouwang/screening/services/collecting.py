"""Cases take warnings up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import BigIntegerField, Case, Value, When

from shouwang.screening.models import Warning


def warning_collect(*, warning_id: int, case_id: int, at: datetime) -> bool:
    """This function marks a warning as taken up by a case; False when another case was first."""
    taken = Warning.objects.filter(pk=warning_id, collected_case_id__isnull=True).update(
        collected_case_id=case_id, collected_at=at
    )
    return taken == 1


def warnings_collect(*, cases: Mapping[int, int], at: datetime) -> int:
    """This function marks warnings as taken up, each by its case (case id by warning id), and returns how many were."""
    taken_by = Case(*(When(pk=pk, then=Value(case)) for pk, case in cases.items()), output_field=BigIntegerField())
    free = Warning.objects.filter(pk__in=list(cases), collected_case_id__isnull=True)
    return free.update(collected_case_id=taken_by, collected_at=at) if cases else 0


def warning_move(*, warning_id: int, case_id: int) -> None:
    """This function notes that a person put a warning into another case than the one that took it up."""
    Warning.objects.filter(pk=warning_id, collected_case_id__isnull=False).update(collected_case_id=case_id)
