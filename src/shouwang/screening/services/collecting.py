"""A case takes a warning up."""

from __future__ import annotations

from datetime import datetime

from shouwang.screening.models import Warning


def warning_collect(*, warning_id: int, case_id: int, at: datetime) -> bool:
    """This function marks a warning as taken up by a case; False when another case was first."""
    taken = Warning.objects.filter(pk=warning_id, collected_case_id__isnull=True).update(
        collected_case_id=case_id, collected_at=at
    )
    return taken == 1
