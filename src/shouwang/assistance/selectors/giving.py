"""Reads of giving: pledges, needs, what suits what, what is delivered and not yet thanked for, the public sums."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from shouwang.assistance.models import Allotment, GiftConfirmation, Measure, Need, Pledge, Thanks
from shouwang.assistance.rules.giving import Match, Offered, Wanted, needs_matched
from shouwang.kit.codes import Measure as MeasureKind
from shouwang.people.access import NOBODY, Viewer, acting_as
from shouwang.rulebook.giving import GivingPolicy, giving_of
from shouwang.standards.selectors import NoPolicyInForce, policy_for


def giving_policy(slot: int, on: date) -> GivingPolicy:
    """This function returns the rules of giving in force at a place; empty without a policy."""
    try:
        return giving_of(policy_for(slot=slot, on=on)[1])
    except NoPolicyInForce:
        return GivingPolicy({}, {}, None)


def pledges_visible_to(viewer: Viewer) -> QuerySet[Pledge]:
    """This function returns the pledges of the viewer's areas, and those of wider areas that hold hers."""
    if not viewer.reads_register:
        return Pledge.objects.none()
    wider = Q(pk__in=[])
    for lo, _ in viewer.ranges:
        wider |= Q(level=3, slot=lo // 10**6 * 10**6) | Q(level=4, slot=lo // 10**3 * 10**3)
    return Pledge.objects.filter(viewer.q() | wider)


def pledge_get(viewer: Viewer, pledge_id: int) -> Pledge | None:
    """This function returns a pledge the viewer may see, or None."""
    return pledges_visible_to(viewer).filter(pk=pledge_id).first()


def needs_visible_to(viewer: Viewer) -> QuerySet[Need]:
    """This function returns the needs of households in the viewer's areas, those withdrawn too."""
    return Need.objects.filter(viewer.q()) if viewer.reads_register else Need.objects.none()


def needs_open(viewer: Viewer) -> QuerySet[Need]:
    """This function returns the needs that nothing has met wholly, who waits longest first."""
    found = needs_visible_to(viewer).filter(withdrawn_at__isnull=True, met__lt=F("wanted"))
    return found.order_by("stated_on", "pk")


def need_get(viewer: Viewer, need_id: int) -> Need | None:
    """This function returns a need the viewer may see, or None."""
    return needs_visible_to(viewer).filter(pk=need_id).first()


def allotments_visible_to(viewer: Viewer) -> QuerySet[Allotment]:
    """This function returns the allotments to households in the viewer's areas."""
    if not viewer.reads_register:
        return Allotment.objects.none()
    return Allotment.objects.filter(viewer.q()).select_related("pledge", "need")


def _delivered(viewer: Viewer) -> QuerySet[Any]:
    """This function returns what was delivered, the oldest first, with `said`: whether the household says that it came
    (null: nobody has asked it).
    """
    last = GiftConfirmation.objects.filter(allotment=OuterRef("pk")).order_by("-pk").values("is_received")[:1]
    found = allotments_visible_to(viewer).filter(state=Allotment.State.DELIVERED).annotate(said=Subquery(last))
    return found.order_by("delivered_on", "pk")


def allotment_get(viewer: Viewer, allotment_id: int) -> Allotment | None:
    """This function returns an allotment the viewer may see, or None."""
    return allotments_visible_to(viewer).filter(pk=allotment_id).first()


def allotments_out(viewer: Viewer) -> QuerySet[Allotment]:
    """This function returns what is allotted in the viewer's areas and has not arrived, the oldest first."""
    return allotments_visible_to(viewer).filter(state=Allotment.State.ALLOTTED).order_by("pk")


def offered_of(pledge: Pledge) -> Offered:
    """This function returns a pledge as matching sees it."""
    return Offered(
        pledge.form, pledge.purpose, pledge.item, pledge.unit, pledge.slot, pledge.hi, pledge.level, pledge.left,
        pledge.expires_on, pledge.closed_at is not None,
    )  # fmt: skip


def wanted_of(need: Need) -> Wanted:
    """This function returns a need as matching sees it: what it is for, never why."""
    return Wanted(
        need.pk, need.form, need.purpose, need.purpose_name, need.item, need.unit, need.slot, need.stated_on, need.left,
        need.met,
    )  # fmt: skip


MATCHED = 50


def matches_of(viewer: Viewer, pledge: Pledge, on: date) -> list[tuple[Need, Match]]:
    """This function returns the needs that a pledge suits, best first, each with reasons."""
    candidates = needs_open(viewer).filter(
        form=pledge.form, purpose=pledge.purpose, slot__gte=pledge.slot, slot__lte=pledge.hi
    )
    needs = {need.pk: need for need in candidates}
    found = needs_matched(offered_of(pledge), (wanted_of(need) for need in needs.values()), on=on)
    return [(needs[match.need_id], match) for match in found[:MATCHED]]


def allotments_unasked(viewer: Viewer) -> QuerySet[Allotment]:
    """This function returns what was delivered and no household has been asked about yet, the oldest first."""
    return _delivered(viewer).filter(said__isnull=True)


def allotments_denied(viewer: Viewer) -> QuerySet[Allotment]:
    """This function returns what was delivered, though the household says that it did not come, the oldest first."""
    return _delivered(viewer).filter(said=False)


def unthanked(viewer: Viewer) -> QuerySet[Allotment]:
    """This function returns what was delivered in the viewer's areas and not thanked for, the oldest first.

    What a household says it did not get is nothing to thank for.
    """
    return _delivered(viewer).filter(Q(said=True) | Q(said__isnull=True), thanks__isnull=True)


def confirmations_of_gift(viewer: Viewer, allotment_id: int) -> list[GiftConfirmation]:
    """This function returns what a household said of an allotment, the last word first."""
    if not viewer.reads_register:
        return []
    return list(GiftConfirmation.objects.filter(viewer.q(), allotment_id=allotment_id).order_by("-pk"))


def words_by_gift(viewer: Viewer, ids: Collection[int]) -> dict[int, GiftConfirmation]:
    """This function returns the last word of the household on each of these allotments that it was asked about."""
    found = GiftConfirmation.objects.filter(viewer.q(), allotment_id__in=ids).order_by("allotment_id", "-pk")
    return {one.allotment_id: one for one in found.distinct("allotment_id")} if viewer.reads_register else {}


def thanks_late(viewer: Viewer, slot: int, on: date) -> QuerySet[Allotment]:
    """This function returns the deliveries whose thanks are later than the policy in force at a place lets them be."""
    stated = giving_policy(slot, on).thanks
    if stated is None:
        return Allotment.objects.none()
    return unthanked(viewer).filter(delivered_on__lt=on - timedelta(days=stated.value.days))


def thanks_get(viewer: Viewer, thanks_id: int) -> Thanks | None:
    """This function returns a letter of a pledge the viewer may see, or None."""
    return Thanks.objects.filter(pledge__in=pledges_visible_to(viewer), pk=thanks_id).select_related("pledge").first()


def measures_without_need(viewer: Viewer) -> list[Measure]:
    """This function returns the social measures planned in help plans of the viewer's areas that state no need yet."""
    if not viewer.reads_register:
        return []
    stated = Need.objects.filter(measure_id__isnull=False, withdrawn_at__isnull=True).values("measure_id")
    planned = Measure.objects.filter(
        viewer.q(), kind=MeasureKind.SOCIAL.value, state=Measure.State.PLANNED
    ).exclude(pk__in=stated)  # fmt: skip
    return list(planned.order_by("pk")[:MATCHED])


@dataclass(frozen=True)
class Given:
    """What one giver gave for a purpose, as everybody may read it; amounts in fen for money, in things else."""

    giver: str
    purpose: str
    form: str
    item: str
    unit: str
    total: int
    delivered: int
    pledged_on: date


def given_publicly(*, lo: int, hi: int) -> Sequence[Given]:
    """This function returns what was given in an area and how much has arrived; no household, no name of a person."""
    with acting_as(NOBODY), connection.cursor() as cursor:
        cursor.execute("select * from assistance_given(%s, %s)", [lo, hi])
        return [Given(*row) for row in cursor.fetchall()]
