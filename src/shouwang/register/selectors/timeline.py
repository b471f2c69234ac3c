"""The register's part of a household's one column of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.urls import reverse

from shouwang.kit.codes import (
    Relationship,
)
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import Viewer
from shouwang.register.models import (
    FactObjection,
    HouseholdState,
    Membership,
    Person,
    Residence,
    Spending,
    Status,
)
from shouwang.register.rules import source_label
from shouwang.register.selectors.facts import STATE_FIELDS, fact_text, state_label
from shouwang.register.selectors.lines import names_of, spending_line, status_line
from shouwang.register.selectors.scope import of_household, places_of


@dataclass(frozen=True)
class TimelineEntry:
    """One entry of the household's single column of time; `is_day` when only the day is known."""

    at: datetime
    title: str
    text: str = ""
    source: str = ""
    href: str = ""
    is_day: bool = False


def household_timeline(
    viewer: Viewer, household_id: int, on: date, *, names: dict[int, str] | None = None
) -> list[TimelineEntry]:
    """This function returns what the register knows to have happened to a household, newest first.

    The caller merges it with what other rooms know (warnings, cases, help), by `at`.
    """
    names = names if names is not None else names_of(viewer, household_id)
    entries = [
        *_membership_entries(viewer, household_id, names),
        *_state_entries(viewer, household_id),
        *_event_entries(viewer, household_id, names),
        *_objection_entries(viewer, household_id),
        *_residence_entries(viewer, household_id),
    ]
    until = at_day(on).replace(hour=23, minute=59, second=59)
    return sorted((entry for entry in entries if entry.at <= until), key=lambda entry: entry.at, reverse=True)


def at_day(day: date) -> datetime:
    """This function returns the beginning of a day as an instant, for sorting days among instants."""
    return datetime.combine(day, time(), SHANGHAI)


REASONS = {
    "register": "登记入户", "split": "分户", "merge": "并户", "move": "迁入", "death": "死亡", "head": "变更户主关系",
    "import": "导入登记", "double": "合并重复人员", "": "登记入户",
}  # fmt: skip


def _membership_entries(viewer: Viewer, household_id: int, names: dict[int, str]) -> list[TimelineEntry]:
    rows = list(
        of_household(Membership.objects.filter(household_id=household_id, superseded_at__isnull=True), viewer).order_by(
            "valid_from", "pk"
        )
    )
    entries = []
    joined: set[int] = set()
    for row in rows:
        label = Relationship.parse(row.relationship).label
        name = names[row.person_id]
        title = REASONS.get(row.reason, "登记入户") if row.person_id not in joined else "变更户主关系"
        joined.add(row.person_id)
        entries.append(
            TimelineEntry(at_day(row.valid_from), f"{title}：{name}", label, source_label(row.source), is_day=True)
        )
    left = _left(rows)
    deaths = dict(Person.objects.filter(pk__in=left).values_list("pk", "died_on")) if left else {}
    for person_id, day in left.items():
        died_on = deaths.get(person_id)
        title = "死亡" if died_on is not None and died_on <= day else "离户"
        entries.append(TimelineEntry(at_day(day), f"{title}：{names[person_id]}", is_day=True))
    return entries


def _left(rows: Iterable[Membership]) -> dict[int, date]:
    """On which day everybody left who is no longer a member; rows in the order in which they began."""
    last = {row.person_id: row.valid_to for row in rows}
    return {person_id: day for person_id, day in last.items() if day is not None}


def _state_entries(viewer: Viewer, household_id: int) -> list[TimelineEntry]:
    rows = list(
        of_household(
            HouseholdState.objects.filter(household_id=household_id, superseded_at__isnull=True), viewer
        ).order_by("valid_from")
    )
    entries = []
    before: HouseholdState | None = None
    for row in rows:
        changed = [
            f"{state_label(name)}：{fact_text(before, name)} → {fact_text(row, name)}"
            for name in STATE_FIELDS
            if before is not None and getattr(before, name) != getattr(row, name)
        ]
        if changed:
            entries.append(
                TimelineEntry(
                    at_day(row.valid_from), "户情况变化", "；".join(changed), source_label(row.source), is_day=True
                )
            )
        before = row
    return entries


def _event_entries(viewer: Viewer, household_id: int, names: dict[int, str]) -> list[TimelineEntry]:
    current = {"household_id": household_id, "superseded_at__isnull": True}
    entries = []
    for spending in of_household(Spending.objects.filter(**current), viewer):
        line = spending_line(spending, names)
        amounts = [
            f"{label} {fen / 100:,.2f} 元"
            for label, fen in (("总费用", line.gross_fen), ("报销", line.reimbursed_fen), ("自付", line.self_paid_fen))
            if fen is not None
        ]
        text = "，".join([part for part in (line.person_name, line.detail) if part] + amounts)
        entries.append(
            TimelineEntry(at_day(line.event_date), f"{line.cause_label}支出", text, line.source, is_day=True)
        )
    for status in of_household(Status.objects.filter(**current), viewer):
        line_ = status_line(status, names)
        text = "，".join(part for part in (line_.person_name, line_.value) if part)
        entries.append(TimelineEntry(at_day(line_.from_date), line_.label, text, line_.source, is_day=True))
        if line_.until_date is not None:
            entries.append(
                TimelineEntry(at_day(line_.until_date), f"{line_.label}终止", text, line_.source, is_day=True)
            )
    return entries


def _objection_entries(viewer: Viewer, household_id: int) -> list[TimelineEntry]:
    entries = []
    for row in of_household(FactObjection.objects.filter(household_id=household_id), viewer):
        href = reverse("register:facts", args=[household_id])
        if row.state == FactObjection.State.CORRECTED and not row.answer:  # corrected, nobody had objected
            text = f"{row.stated} → {row.claimed or '未登记'}：{row.reason}"
            entries.append(TimelineEntry(row.objected_at, "更正登记信息", text, row.objected_by, href))
            continue
        entries.append(TimelineEntry(row.objected_at, "对登记信息提出异议", row.reason, row.objected_by, href=href))
        if row.settled_at is not None:
            entries.append(
                TimelineEntry(row.settled_at, f"异议办结：{row.get_state_display()}", row.answer, row.settled_by, href)
            )
    return entries


def _residence_entries(viewer: Viewer, household_id: int) -> list[TimelineEntry]:
    rows = list(
        of_household(Residence.objects.filter(household_id=household_id, superseded_at__isnull=True), viewer).order_by(
            "valid_from"
        )
    )
    if len(rows) < 2:
        return []
    places = places_of({row.place for row in rows})
    return [
        TimelineEntry(
            at_day(row.valid_from), f"整户迁入{places[row.place]}", row.address, source_label(row.source), is_day=True
        )
        for row in rows[1:]
    ]
