"""Cases of one household that may be about the same thing: shown to a person, never merged by the house."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Count

from shouwang.casework.models import Case, CaseDistinct, CaseSource
from shouwang.casework.rules import Told, alike
from shouwang.casework.selectors.cases import cases_visible_to
from shouwang.people.access import Viewer
from shouwang.sources.selectors import clues_visible_to

HOUSEHOLDS = 50


@dataclass(frozen=True)
class Double:
    """Two open cases of a household, the older first, and why they may be one."""

    first: Case
    second: Case
    told: tuple[Told | None, Told | None]
    why: tuple[str, ...]


def doubles_of(viewer: Viewer, *, limit: int = HOUSEHOLDS) -> list[Double]:
    """This function returns pairs of open cases in the viewer's areas that look alike and nobody told apart."""
    open_ = cases_visible_to(viewer).filter(closed_on__isnull=True, is_removal=False).order_by()
    homes = open_.values("household_id").annotate(number=Count("pk")).filter(number__gt=1).order_by("-household_id")
    households = [row["household_id"] for row in homes[:limit]]
    return [double for double in _pairs(viewer, households) if double.why]


def doubles_of_case(viewer: Viewer, case: Case) -> list[Double]:
    """This function returns an open case beside the other open ones of its household that nobody told apart."""
    if not case.is_open or case.is_removal:
        return []
    return [pair for pair in _pairs(viewer, [case.household_id]) if case.pk in (pair.first.pk, pair.second.pk)]


def has_others_open(viewer: Viewer, case: Case) -> bool:
    """This function tells whether the household of a case has another open one."""
    if case.is_removal:
        return False
    others = cases_visible_to(viewer).filter(household_id=case.household_id, closed_on__isnull=True, is_removal=False)
    return others.exclude(pk=case.pk).order_by().exists()


def _pairs(viewer: Viewer, households: list[int]) -> list[Double]:
    cases = list(
        cases_visible_to(viewer)
        .filter(closed_on__isnull=True, household_id__in=households, is_removal=False)
        .prefetch_related("cause_rows")
        .order_by("household_id", "pk")
    )
    apart = set(CaseDistinct.objects.filter(low__in=cases).values_list("low_id", "high_id"))
    told = _told(viewer, cases)
    found = []
    for first, second in combinations(cases, 2):
        if first.household_id == second.household_id and (first.pk, second.pk) not in apart:
            one, other = told.get(first.pk), told.get(second.pk)
            found.append(Double(first, second, (one, other), alike(one, other) if one and other else ()))
    return found


def _told(viewer: Viewer, cases: Iterable[Case]) -> dict[int, Told]:
    """This function returns what the newest clue of each case tells."""
    rows = CaseSource.objects.filter(case__in=list(cases), clue_id__isnull=False).order_by("pk")
    clue_of = dict(rows.values_list("case_id", "clue_id"))
    clues = clues_visible_to(viewer).in_bulk(list(clue_of.values()))
    return {
        case_id: Told(clues[pk].summary, clues[pk].occurred_on, clues[pk].person_id)
        for case_id, pk in clue_of.items()
        if pk in clues
    }
