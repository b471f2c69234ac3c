"""Reads of funds."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from shouwang.funds.models import Grant
from shouwang.people.access import READS_REGISTER, Viewer

UNITS: list[tuple[str, str]] = [(unit.value, str(unit.label)) for unit in Grant.Unit]


@dataclass(frozen=True)
class GrantTotals:
    """Sums of single payments in fen, ours and others', and the number of running benefits; never mixed."""

    paid_by_us_fen: int
    reported_fen: int
    running: int


def grants_visible_to(viewer: Viewer) -> QuerySet[Grant]:
    """This function returns the grants of the viewer's areas, or those her organisation pays; cancelled ones too."""
    grants = Grant.objects.order_by("-from_date", "-pk")
    if viewer.kind in READS_REGISTER:
        return grants.filter(viewer.q())
    return grants.filter(payer_organisation_id=viewer.organisation_id)


def grants_of_household(viewer: Viewer, household_id: int) -> QuerySet[Grant]:
    """This function returns a household's grants, newest first."""
    return grants_visible_to(viewer).filter(household_id=household_id)


def grants_of_case(viewer: Viewer, case_id: int) -> QuerySet[Grant]:
    """This function returns the grants that came from a case, newest first."""
    return grants_visible_to(viewer).filter(case_id=case_id)


def grants_by_ids(viewer: Viewer, ids: list[int]) -> dict[int, Grant]:
    """This function returns grants by id, as far as the viewer may see them."""
    return {grant.pk: grant for grant in grants_visible_to(viewer).filter(pk__in=ids)}


def grant_totals(viewer: Viewer) -> GrantTotals:
    """This function sums what was paid once, by us and by others, and counts what runs."""
    live = grants_visible_to(viewer).filter(cancelled_at__isnull=True).order_by()
    once = Q(unit=Grant.Unit.ONCE)
    sums = live.aggregate(
        ours=Sum("amount_fen", filter=once & Q(standing=Grant.Standing.PAID_BY_US), default=0),
        theirs=Sum("amount_fen", filter=once & Q(standing=Grant.Standing.REPORTED), default=0),
    )
    running = live.exclude(unit=Grant.Unit.ONCE).filter(until_date__isnull=True).count()
    return GrantTotals(int(sums["ours"]), int(sums["theirs"]), running)
