"""What a revoked version caused: its runs, its warnings by what became of them, the cases that stand on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from shouwang.casework.selectors import cases_visible_to
from shouwang.people.access import Viewer
from shouwang.screening.selectors import runs_under, warnings_under
from shouwang.standards.selectors import revocations_visible_to

SHOWN = 50


@dataclass(frozen=True)
class Caused:
    """Counts of everything, and the first of each, newest first. `held`, `taken`, `dismissed`, `open` add up."""

    revocation: Any
    runs_count: int
    runs: list[Any]
    held: int
    taken: int
    dismissed: int
    open: int
    waiting: list[Any]
    cases_open: int
    cases_closed: int
    cases: list[Any]

    @property
    def warnings_count(self) -> int:
        """All warnings the version raised."""
        return self.held + self.taken + self.dismissed + self.open


def _first(rows: QuerySet[Any]) -> list[Any]:
    return list(rows[:SHOWN])


def caused_by(viewer: Viewer, revocation_id: int) -> Caused | None:
    """This function returns what a revoked version caused inside the viewer's areas; None when it is not hers."""
    revocation = revocations_visible_to(viewer).filter(pk=revocation_id, confirmed_at__isnull=False).first()
    if revocation is None:
        return None
    version, lo, hi = revocation.adoption.pack_version_id, revocation.slot, revocation.hi
    runs = runs_under(viewer, version_id=version, lo=lo, hi=hi)
    warnings = warnings_under(viewer, version_id=version, lo=lo, hi=hi)
    waiting = warnings.filter(collected_case_id__isnull=True, is_dismissed=False)
    taken = warnings.filter(collected_case_id__isnull=False)
    raised = list(taken.values_list("collected_case_id", flat=True))
    cases = cases_visible_to(viewer).filter(Q(pack_version_id=version) | Q(pk__in=raised), slot__gte=lo, slot__lte=hi)
    held = waiting.filter(is_held=True)
    return Caused(
        revocation=revocation,
        runs_count=runs.count(),
        runs=_first(runs),
        held=held.count(),
        taken=len(raised),
        dismissed=warnings.filter(collected_case_id__isnull=True, is_dismissed=True).count(),
        open=waiting.filter(is_held=False).count(),
        waiting=_first(waiting),
        cases_open=cases.filter(closed_at__isnull=True).count(),
        cases_closed=cases.filter(closed_at__isnull=False).count(),
        cases=_first(cases.order_by("closed_at", "-opened_at", "-pk")),
    )
