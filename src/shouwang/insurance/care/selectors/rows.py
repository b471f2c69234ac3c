"""Reads of long-term care: each organisation its own, the county those of its area."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery, Sum

from shouwang.insurance.care.errors import CareNotFound
from shouwang.insurance.care.models import (
    CareApplication,
    CareAssessment,
    CareBill,
    CareDay,
    CareInsured,
    CarePlan,
    CareSettlement,
)
from shouwang.insurance.care.rules import Asked, BillState
from shouwang.kit.dates import months_add
from shouwang.people.access import Kind, Viewer

Rows = TypeVar("Rows", bound=Model)
# Who reads the persons of a county beside those that work on them, and who its bills.
READ_PEOPLE = frozenset({Kind.COUNTY_CENTRE, Kind.AUDIT})
READ_BILLS = READ_PEOPLE | {Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE}


def _own(rows: QuerySet[Rows], viewer: Viewer, kinds: frozenset[Kind], *fields: str) -> QuerySet[Rows]:
    if viewer.kind in kinds:
        return rows.filter(viewer.q())
    mine = Q(pk__in=[])
    for field in fields:
        mine |= Q(**{field: viewer.organisation_id or 0})
    return rows.filter(mine)


def insured_visible_to(viewer: Viewer) -> QuerySet[CareInsured]:
    """This function returns the insured of the viewer's office, of whom it assesses, or of its areas."""
    return _own(CareInsured.objects.order_by("-pk"), viewer, READ_PEOPLE, "office_id", "assessor_id")


def insured_get(viewer: Viewer, insured_id: int) -> CareInsured:
    """This function returns somebody insured whom the viewer may see; raises CareNotFound."""
    found = insured_visible_to(viewer).filter(pk=insured_id).first()
    if found is None:
        raise CareNotFound
    return found


def applications_open(viewer: Viewer) -> QuerySet[CareApplication]:
    """This function returns the applications that wait for an assessment, the longest waiting first."""
    rows = CareApplication.objects.filter(state=Asked.OPEN).select_related("insured").order_by("applied_on", "pk")
    return _own(rows, viewer, READ_PEOPLE, "office_id", "assessor_id")


def application_get(viewer: Viewer, application_id: int) -> CareApplication:
    """This function returns an application of the viewer's; raises CareNotFound."""
    rows = CareApplication.objects.select_related("insured").filter(pk=application_id)
    found = _own(rows, viewer, READ_PEOPLE, "office_id", "assessor_id").first()
    if found is None:
        raise CareNotFound
    return found


def plans_visible_to(viewer: Viewer) -> QuerySet[CarePlan]:
    """This function returns the plans of the viewer's office, of its own clients, or of its areas, latest first."""
    return _own(CarePlan.objects.order_by("-from_date", "-pk"), viewer, READ_PEOPLE, "office_id", "provider_id")


def plan_get(viewer: Viewer, plan_id: int) -> CarePlan:
    """This function returns a plan of the viewer's; raises CareNotFound."""
    found = plans_visible_to(viewer).filter(pk=plan_id).first()
    if found is None:
        raise CareNotFound
    return found


def plans_running(viewer: Viewer, on: date) -> QuerySet[CarePlan]:
    """This function returns the plans that have begun and not ended by a day, also where the assessment lapsed."""
    open_ended = Q(until_date__isnull=True) | Q(until_date__gt=on)
    return plans_visible_to(viewer).filter(open_ended, from_date__lte=on)


def days_of_month(viewer: Viewer, month: date, *, plan_id: int | None = None) -> QuerySet[CareDay]:
    """This function returns the days of service of a month, struck ones too, by person and day."""
    rows = CareDay.objects.filter(on__gte=month, on__lt=months_add(month, 1))
    if plan_id is not None:
        rows = rows.filter(plan_id=plan_id)
    found = _own(rows, viewer, READ_PEOPLE, "office_id", "provider_id")
    return found.select_related("plan").order_by("plan__insured_name", "insured_id", "on", "pk")


@dataclass(frozen=True)
class Unbilled:
    """A month in which a provider logged days that are in no bill."""

    month: date
    people: int
    days: int
    charged_fen: int


def unbilled_months(viewer: Viewer) -> list[Unbilled]:
    """This function returns the months in which the provider logged days that are in no bill yet, oldest first."""
    rows = (
        CareDay.objects.filter(provider_id=viewer.organisation_id or 0, bill__isnull=True, is_struck=False)
        .values("on__year", "on__month")
        .annotate(people=Count("insured_id", distinct=True), n=Count("pk"), charged=Sum("charge_fen"))
        .order_by("on__year", "on__month")
    )
    return [
        Unbilled(date(row["on__year"], row["on__month"], 1), row["people"], row["n"], row["charged"]) for row in rows
    ]


def bills_visible_to(viewer: Viewer) -> QuerySet[CareBill]:
    """This function returns the bills of the viewer's office, of its own, or of its areas, latest month first."""
    return _own(CareBill.objects.order_by("-month", "-pk"), viewer, READ_BILLS, "office_id", "provider_id")


def bill_get(viewer: Viewer, bill_id: int) -> CareBill:
    """This function returns a bill the viewer may see; raises CareNotFound."""
    found = bills_visible_to(viewer).filter(pk=bill_id).first()
    if found is None:
        raise CareNotFound
    return found


def bill_counts(viewer: Viewer) -> dict[str, int]:
    """This function counts the viewer's bills by state."""
    rows = bills_visible_to(viewer).order_by().values("state").annotate(n=Count("pk"))
    return dict.fromkeys(BillState.values, 0) | {row["state"]: row["n"] for row in rows}


def _to_pay(viewer: Viewer) -> Q:
    """This function returns which bills are the viewer's to pay: those of her office, or the county's own."""
    own = Q(office_id=viewer.organisation_id or 0, paid_by="OFFICE")
    return own | (viewer.q() & Q(paid_by="COUNTY")) if viewer.kind is Kind.COUNTY_CENTRE else own


def care_waiting(viewer: Viewer) -> list[tuple[int, str, str]]:
    """This function counts what waits for the viewer's organisation: number, in words, part of the desk's address."""
    mine = viewer.organisation_id or 0
    office = Q(office_id=mine)
    bills = CareBill.objects.aggregate(
        FILED=Count("pk", filter=office & Q(state="FILED")), DISPUTED=Count("pk", filter=office & Q(state="DISPUTED")),
        AGREED=Count("pk", filter=_to_pay(viewer) & Q(state="AGREED")),
        returned=Count("pk", filter=_to_pay(viewer) & Q(state="REQUESTED") & ~Q(payment_said="")),
        SETTLED=Count("pk", filter=Q(provider_id=mine, state="SETTLED")),
    )  # fmt: skip
    asked = CareApplication.objects.filter(assessor_id=mine, state=Asked.OPEN).count()
    found = [
        (bills["FILED"], "护理账单等核对", "bills/?state=FILED"),
        (bills["DISPUTED"], "护理账单有异议", "bills/?state=DISPUTED"),
        (bills["AGREED"], "护理账单等付款", "bills/?state=AGREED"),
        (bills["returned"], "护理账单的付款被退回", "bills/?state=REQUESTED"),
        (bills["SETTLED"], "护理结算等确认", "bills/?state=SETTLED"),
        (asked, "护理申请等评定", "#asked"),
    ]
    return [one for one in found if one[0]]


def settlement_last(bill: CareBill) -> CareSettlement | None:
    """This function returns what a bill was settled to last."""
    return bill.settlements.order_by("-number").first()


def reassess_due(viewer: Viewer, on: date, *, remind_days: int) -> QuerySet[CareInsured]:
    """This function returns who has care and whose assessment ends within some days, or has ended; soonest first.

    Whoever has asked to be assessed again, has died or is insured no more is not due. `last_day_until` is the day from
    which the level holds no more.
    """
    return due_among(insured_visible_to(viewer), on, remind_days=remind_days)


def due_among(insured: QuerySet[CareInsured], on: date, *, remind_days: int) -> QuerySet[CareInsured]:
    """This function returns who of some insured is due, as `reassess_due` says."""
    last = CareAssessment.objects.filter(insured_id=OuterRef("pk"), from_date__lte=on).order_by("-from_date", "-pk")
    running = CarePlan.objects.filter(from_date__lte=on).filter(Q(until_date__isnull=True) | Q(until_date__gt=on))
    return (
        insured.filter(pk__in=running.values("insured_id"), died_on__isnull=True)
        .filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))
        .exclude(pk__in=CareApplication.objects.filter(state=Asked.OPEN).values("insured_id"))
        .annotate(
            level_until=Subquery(last.values("until_date")[:1]), level_now=Subquery(last.values("level_name")[:1])
        )
        .filter(level_until__lte=on + timedelta(days=remind_days))
        .order_by("level_until", "pk")
    )


def days_over(insured: CareInsured) -> QuerySet[CareDay]:
    """This function returns the days that still count though they lie after somebody's death or end of insurance."""
    if insured.over_from is None:
        return CareDay.objects.none()
    return CareDay.objects.filter(insured=insured, is_struck=False, on__gte=insured.over_from).order_by("on")


def overpaid_days(insured: CareInsured) -> list[CareDay]:
    """This function returns days after somebody's death or end of insurance that were settled before it was known."""
    return list(days_over(insured).filter(bill__isnull=False).select_related("bill"))
