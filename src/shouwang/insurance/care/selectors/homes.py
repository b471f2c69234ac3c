"""Long-term care as a household reads it: who has it now, and each month's days and what they came to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, Sum

from shouwang.funds.selectors import RequestStanding, request_standings
from shouwang.insurance.care.models import CareBill, CareDay, CareInsured, CareLine
from shouwang.insurance.care.rules import BillState, assessment_on, part_refs
from shouwang.insurance.care.selectors.rows import insured_visible_to, plans_running
from shouwang.people.access import SYSTEM, Viewer, acting_as


@dataclass(frozen=True)
class CareNow:
    """Somebody insured on a day: the level, and the care given."""

    insured_id: int
    name: str
    standing: str
    care: str


def household_care(viewer: Viewer, household_id: int, on: date) -> list[CareNow]:
    """This function returns the members of a household who asked for care, as they stand on a day."""
    found = []
    rows = insured_visible_to(viewer).filter(household_id=household_id).order_by("pk")
    for row in rows.prefetch_related("assessments"):
        level = assessment_on(row.assessments.all(), on)
        standing = level.level_name if level is not None else "没有有效的等级"
        if row.over_from is not None and row.over_from <= on:
            standing = "已去世" if row.died_on is not None else "不再参保"
        plans = plans_running(viewer, on).filter(insured=row)
        care = "；".join(f"{plan.mode_name}，{plan.provider_name}" for plan in plans)
        found.append(CareNow(row.pk, row.name, standing, care or "没有护理安排"))
    return found


@dataclass(frozen=True)
class CareMonth:
    """One member's care by one provider in one month: days that count, what was charged and what insurance pays of it.

    `paid_fen` is null while the month is not settled. `refs` are the names under which the same money may stand as a
    benefit of the household.
    """

    month: date
    name: str
    provider: str
    modes: str
    days: int
    charged_fen: int
    paid_fen: int | None
    word: str
    paid_on: date | None
    refs: Collection[str]

    @property
    def own_fen(self) -> int | None:
        """What is left to the household; None while the month is not settled."""
        return None if self.paid_fen is None else self.charged_fen - self.paid_fen


def household_care_months(household_id: int) -> list[CareMonth]:
    """This function returns each month of care of a household's members, latest first; whoever asks may read it.

    It reads as the house: a bill lies at the county, a household's own matter is read from its village.
    """
    with acting_as(SYSTEM):
        people = CareInsured.objects.in_bulk(
            CareInsured.objects.filter(household_id=household_id).values_list("pk", flat=True)
        )
        if not people:
            return []
        rows = list(
            CareDay.objects.filter(insured_id__in=people, is_struck=False)
            .values("insured_id", "provider_id", "bill_id", "on__year", "on__month")
            .annotate(
                days=Count("pk"),
                charged=Sum("charge_fen"),
                first=Min("plan__mode_name"),
                last=Max("plan__mode_name"),
                provider=Max("plan__provider_name"),
            )
            .order_by("-on__year", "-on__month", "insured_id", "provider_id")
        )
        bills = CareBill.objects.in_bulk({row["bill_id"] for row in rows if row["bill_id"]})
        lines = _lines(bills, people)
        standings = request_standings(
            ref for bill in bills.values() for pk in people for ref in part_refs(bill.pk, pk, bill.payment_asks)
        )
    return [_month(row, people, bills.get(row["bill_id"]), lines, standings) for row in rows]


def _lines(bills: Mapping[int, CareBill], people: Mapping[int, CareInsured]) -> dict[tuple[int, int], CareLine]:
    """This function returns the line of each person in the last settlement of each bill."""
    found = CareLine.objects.select_related("settlement").filter(settlement__bill__in=bills, insured__in=people)
    return {(line.settlement.bill_id, line.insured_id): line for line in found.order_by("settlement__number")}


def _month(
    row: Mapping[str, Any],
    people: Mapping[int, CareInsured],
    bill: CareBill | None,
    lines: Mapping[tuple[int, int], CareLine],
    standings: Mapping[str, RequestStanding],
) -> CareMonth:
    pk = row["insured_id"]
    is_settled = bill is not None and bill.settled_fen is not None
    line = lines.get((bill.pk, pk)) if bill is not None and is_settled else None
    refs = part_refs(bill.pk, pk, max(1, bill.payment_asks)) if bill is not None else []
    part = next((standings[ref] for ref in reversed(refs) if ref in standings), None)
    paid_on = part.paid_on if part is not None else bill.paid_on if bill is not None else None
    word = (
        "机构还没有申报" if bill is None else "已付给机构" if paid_on is not None else str(BillState(bill.state).label)
    )
    modes = dict.fromkeys([row["first"], row["last"]])
    return CareMonth(
        month=date(row["on__year"], row["on__month"], 1), name=people[pk].name,
        provider=row["provider"], modes="、".join(modes), days=row["days"],
        charged_fen=row["charged"], paid_fen=line.paid_fen if line is not None else None, word=word,
        paid_on=paid_on, refs={*refs, *(f"payment:{one.reference}" for ref in refs if (one := standings.get(ref)))},
    )  # fmt: skip
