"""Reads of back-tests: on which past months they can run, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from shouwang.engine.scores import month_number
from shouwang.oversight.models import PolicyBacktest
from shouwang.people.access import Viewer
from shouwang.screening.selectors import runs_of_months

if TYPE_CHECKING:
    from shouwang.screening.models import Run


@dataclass(frozen=True)
class Past:
    """The last screening of each month over one area whose data is still there, oldest first."""

    slot: int
    hi: int
    area_name: str
    runs: tuple[Run, ...]

    @property
    def days(self) -> list[date]:
        """The days of the screenings."""
        return [run.on for run in self.runs]

    @property
    def span(self) -> int:
        """How many months they reach over, the first and the last among them."""
        return month_number(self.days[-1]) - month_number(self.days[0]) + 1


def pasts_visible_to(viewer: Viewer) -> list[Past]:
    """This function returns the past months of each area that the viewer oversees whole, the longest first."""
    areas: dict[tuple[int, int], list[Run]] = {}
    for run in runs_of_months(viewer):
        areas.setdefault((run.slot, run.hi), []).append(run)
    found = [Past(slot, hi, runs[-1].area_name, tuple(runs)) for (slot, hi), runs in areas.items()]
    return sorted(found, key=lambda past: (-past.span, -len(past.runs), past.slot, past.hi))


def backtests_visible_to(viewer: Viewer) -> QuerySet[PolicyBacktest]:
    """This function returns the stored back-tests over areas that the viewer oversees whole, newest first."""
    inside = Q(pk__in=[])
    for lo, hi in viewer.ranges:
        inside |= Q(slot__gte=lo, hi__lte=hi)
    return (
        PolicyBacktest.objects.filter(inside)
        .select_related("pack_version")
        .defer("pack_version__files")
        .order_by("-pk")
    )


def backtest_by_key(viewer: Viewer, key: str) -> PolicyBacktest | None:
    """This function returns a stored back-test that the viewer may see, or None."""
    return backtests_visible_to(viewer).filter(key=key).first()
