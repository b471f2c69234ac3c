"""Reads of recurring entitlements: what runs in a month, what came, what cannot be right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from shouwang.assistance.models import (
    Entitlement,
    EntitlementChange,
    EntitlementFinding,
    EntitlementMonth,
    EntitlementPayee,
    MonthRun,
    MonthWork,
)
from shouwang.people.access import READS_REGISTER, Viewer


def entitlements_visible_to(viewer: Viewer) -> QuerySet[Entitlement]:
    """This function returns the entitlements of the viewer's areas, or those her organisation pays."""
    if viewer.kind in READS_REGISTER:
        return Entitlement.objects.filter(viewer.q())
    return Entitlement.objects.filter(payer_organisation_id=viewer.organisation_id or 0)


def entitlement_get(viewer: Viewer, entitlement_id: int) -> Entitlement | None:
    """This function returns an entitlement the viewer may see, or None."""
    return entitlements_visible_to(viewer).filter(pk=entitlement_id).first()


def entitlements_of_household(viewer: Viewer, household_id: int, *, month: date) -> QuerySet[Entitlement]:
    """This function returns a household's entitlements with what holds in a month, the running ones first."""
    return with_standing(entitlements_visible_to(viewer).filter(household_id=household_id), month=month).order_by("pk")


def change_holding(entitlement: Entitlement, *, month: date) -> EntitlementChange | None:
    """This function returns the change that holds in a month, None before the first."""
    return entitlement.changes.filter(from_month__lte=month).order_by("-from_month", "-pk").first()


def with_standing(found: QuerySet[Entitlement], *, month: date) -> QuerySet[Entitlement]:
    """This function adds to entitlements what holds in a month: `standing` (empty before the first) and `worth_fen`."""
    changes = EntitlementChange.objects.filter(entitlement=OuterRef("pk"), from_month__lte=month)
    last = changes.order_by("-from_month", "-pk")
    return found.annotate(standing=Subquery(last.values("what")[:1]), worth_fen=Subquery(last.values("amount_fen")[:1]))


@dataclass(frozen=True)
class MonthSum:
    """What a month came to: entitlements, households, fen."""

    entitlements: int
    households: int
    total_fen: int


def months_in(viewer: Viewer, *, month: date) -> QuerySet[EntitlementMonth]:
    """This function returns what came in a month in the viewer's areas or from her organisation."""
    found = EntitlementMonth.objects.filter(month=month)
    return found.filter(viewer.q() if viewer.kind in READS_REGISTER else Q(organisation_id=viewer.organisation_id or 0))


def month_sum(viewer: Viewer, *, month: date) -> MonthSum:
    """This function adds up what came in a month."""
    found = months_in(viewer, month=month).aggregate(
        all=Count("pk"), homes=Count("entitlement__household_id", distinct=True), fen=Sum("amount_fen", default=0)
    )
    return MonthSum(int(found["all"]), int(found["homes"]), int(found["fen"]))


def runs_visible_to(viewer: Viewer) -> QuerySet[MonthRun]:
    """This function returns the runs over the viewer's areas or of her organisation, the last one first."""
    if viewer.kind in READS_REGISTER:
        return MonthRun.objects.filter(viewer.q()).order_by("-pk")
    return MonthRun.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("-pk")


def works_visible_to(viewer: Viewer) -> QuerySet[MonthWork]:
    """This function returns the months asked for in the viewer's areas or by her organisation, the last one first."""
    if viewer.kind in READS_REGISTER:
        return MonthWork.objects.filter(viewer.q()).order_by("-pk")
    return MonthWork.objects.filter(organisation_id=viewer.organisation_id or 0).order_by("-pk")


def payees_of(entitlement: Entitlement) -> list[EntitlementPayee]:
    """This function returns whom the centre paid an entitlement to, the one that holds first."""
    return list(entitlement.payees.order_by("-pk"))


def findings_visible_to(viewer: Viewer) -> QuerySet[EntitlementFinding]:
    """This function returns what was found about the entitlements of the viewer's areas or of her organisation."""
    found = EntitlementFinding.objects.select_related("entitlement", "other")
    if viewer.kind in READS_REGISTER:
        return found.filter(viewer.q())
    return found.filter(organisation_id=viewer.organisation_id or 0)


def findings_open(viewer: Viewer) -> QuerySet[EntitlementFinding]:
    """This function returns what waits to be settled, the largest overpayment first."""
    return findings_visible_to(viewer).filter(state="OPEN").order_by(F("amount_fen").desc(), "pk")
