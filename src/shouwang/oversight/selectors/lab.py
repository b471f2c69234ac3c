"""Reads of the policy lab: what can be tried, what was tried."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from shouwang.kit.divisions import slot_range
from shouwang.oversight.models import PolicyDraft, PolicyTrial, VariantProposal
from shouwang.people.access import Viewer
from shouwang.people.selectors import AreaRow, area_by_code, areas_below
from shouwang.standards.selectors import policy_by_version_id, versions, versions_revoked

if TYPE_CHECKING:
    from shouwang.screening.models import Run
    from shouwang.standards.models import PackVersion

BELOW = {1: 3, 2: 3, 3: 4, 4: 5, 5: 5}  # the level of the areas that a trial over an area of a level compares
VERSIONS = 30


def area_of_run(run: Run) -> AreaRow | None:
    """This function returns the area that a screening was about, None when it is no area of today any more."""
    found = area_by_code(f"{run.slot:012d}")
    return found if found is not None and found.hi == run.hi else None


def areas_in(area: AreaRow) -> tuple[int, dict[int, str]]:
    """This function returns the level of the areas compared inside an area, and their names by code without zeros."""
    level = BELOW[area.level]
    size = {3: 10**6, 4: 10**3, 5: 1}[level]
    return level, {below.lo // size: below.name for below in areas_below(area, level=level)}


@lru_cache(maxsize=256)
def _division(version_id: int, on: date) -> tuple[int, int] | None:
    """This function returns the slots a version was made for on a day, None for everywhere."""
    policy = policy_by_version_id(version_id, on=on)
    return None if policy.division == "0" else slot_range(policy.division)


def versions_for(area: AreaRow, *, on: date) -> list[PackVersion]:
    """This function returns the stored pack versions made for an area or one above it, newest first; none revoked."""
    found = []
    for version in versions().exclude(pk__in=versions_revoked(lo=area.lo, hi=area.hi))[:VERSIONS]:
        slots = _division(version.pk, on)
        if slots is None or (slots[0] <= area.lo and area.hi <= slots[1]):
            found.append(version)
    return found


def draft_of(viewer: Viewer, *, version_id: int) -> PolicyDraft | None:
    """This function returns the variants that the viewer compares over a version, None when there are none yet."""
    own = PolicyDraft.objects.filter(appointment_id=viewer.appointment_id or 0)
    return own.filter(pack_version_id=version_id).first()


def trials_visible_to(viewer: Viewer) -> QuerySet[PolicyTrial]:
    """This function returns the saved trials over areas that the viewer oversees whole, newest first."""
    inside = Q(pk__in=[])
    for lo, hi in viewer.ranges:
        inside |= Q(slot__gte=lo, hi__lte=hi)
    return (
        PolicyTrial.objects.filter(inside).select_related("pack_version").defer("pack_version__files").order_by("-pk")
    )


def trial_by_id(viewer: Viewer, trial_id: int) -> PolicyTrial | None:
    """This function returns a saved trial that the viewer may see, or None."""
    return trials_visible_to(viewer).filter(pk=trial_id).first()


def proposals_of(trial: PolicyTrial) -> list[VariantProposal]:
    """This function returns the proposals that came out of a trial, oldest first."""
    return list(VariantProposal.objects.filter(trial=trial).select_related("adoption").order_by("pk"))
