"""What a household has by itself: entitlements that come each month, and long-term care of its members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shouwang.assistance.selectors import entitlements_of_household
from shouwang.desks.selectors.ways import address
from shouwang.insurance.care.selectors import READ_PEOPLE, household_care
from shouwang.people.access import Kind, Role, Viewer

BEGINNERS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
STANDINGS = {"START": "在发", "CHANGE": "在发", "RESUME": "在发", "SUSPEND": "暂停", "END": "已停发"}


@dataclass(frozen=True)
class EntitlementLine:
    """An entitlement as it stands this month."""

    name: str
    person: str
    payer: str
    every: str
    amount_fen: int | None
    standing: str
    first_month: date
    href: str


@dataclass(frozen=True)
class CareLine:
    """Long-term care of one member: level and what she has now."""

    name: str
    standing: str
    care: str
    href: str


def entitlement_lines(viewer: Viewer, household_id: int, names: dict[int, str], on: date) -> list[EntitlementLine]:
    """This function returns a household's entitlements with what holds this month."""
    return [
        EntitlementLine(
            name=row.name, person=names.get(row.person_id or 0, "全家") if row.person_id else "全家",
            payer=row.payer_name, every="每月" if row.months == 1 else f"每 {row.months} 个月",
            amount_fen=getattr(row, "worth_fen", None), first_month=row.first_month,
            standing=STANDINGS.get(getattr(row, "standing", None) or "", "还没开始"),
            href="" if viewer.kind is Kind.VILLAGE else address("assistance:entitlement", row.pk),
        )
        for row in entitlements_of_household(viewer, household_id, month=on.replace(day=1))
    ]  # fmt: skip


def begin_href(viewer: Viewer, household_id: int) -> str:
    """This function returns where an entitlement of a household is begun; empty for who begins none."""
    may_begin = viewer.kind in BEGINNERS and viewer.role in {Role.CLERK, Role.LEADER}
    return address("assistance:entitlement_start", household_id) if may_begin else ""


def care_lines(viewer: Viewer, household_id: int, on: date) -> list[CareLine]:
    """This function returns the members who asked for long-term care, for who reads them."""
    if viewer.kind not in READ_PEOPLE:
        return []
    return [
        CareLine(one.name, one.standing, one.care, address("insurance:care_person", one.insured_id))
        for one in household_care(viewer, household_id, on)
    ]
