"""The household file (一户一档): what is known of a household, with its sources, and its timeline in the register."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q
from django.urls import reverse

from shouwang.kit.codes import IncomeKind, Relationship, Risk, SpendingCause
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.masks import account_mask, phone_mask
from shouwang.kit.seal import keyring
from shouwang.people.access import Viewer
from shouwang.register.models import (
    FactObjection,
    HouseholdState,
    Identifier,
    Income,
    Membership,
    NamedFact,
    Residence,
    Spending,
    Status,
)
from shouwang.register.rules import STATUS_LABELS, IncomeAmount, NetIncome, net_income, source_label
from shouwang.register.selectors.people import UNNAMED, HouseholdCard, Member, household_get, members_of
from shouwang.register.selectors.scope import holding, of_household, places_of

STATE_FIELDS = (
    "poverty_status", "watch_type", "identified_date", "removed_date", "risks", "is_exit_unstable", "is_low_income",
    "is_without_labour", "housing_safe", "water_safe", "verified_income_fen",
)  # fmt: skip
UNKNOWN = "未登记"


def state_label(name: str) -> str:
    """This function returns what a fact of a household is called on a page."""
    found: Any = HouseholdState._meta.get_field(name)
    return str(found.verbose_name)


@dataclass(frozen=True)
class Fact:
    """One fact with its source; `row_id` and `field` name it for an objection or correction."""

    label: str
    text: str
    source: str
    since: date | None
    subject: str
    row_id: int
    field: str
    is_objected: bool = False


@dataclass(frozen=True)
class IncomeLine:
    """One kind of income in the window of twelve months."""

    kind: str
    label: str
    amount_fen: int | None
    months: int
    sources: str


@dataclass(frozen=True)
class SpendingLine:
    """One spending event."""

    id: int
    event_date: date
    cause_label: str
    person_name: str
    detail: str
    gross_fen: int | None
    reimbursed_fen: int | None
    self_paid_fen: int | None
    source: str


@dataclass(frozen=True)
class StatusLine:
    """One status, e.g. 低保 since a day."""

    id: int
    label: str
    value: str
    person_name: str
    from_date: date
    until_date: date | None
    source: str


@dataclass(frozen=True)
class NamedLine:
    """A column of a source that is no field of ours."""

    label: str
    value: str
    person_name: str
    source: str


@dataclass(frozen=True)
class TimelineEntry:
    """One entry of the household's single column of time; `is_day` when only the day is known."""

    at: datetime
    title: str
    text: str = ""
    source: str = ""
    href: str = ""
    is_day: bool = False


@dataclass(frozen=True)
class HouseholdFile:
    """Everything the register holds about a household on a day."""

    card: HouseholdCard
    on: date
    address: str
    phone: str
    facts: Sequence[Fact]
    members: Sequence[Member]
    net: NetIncome
    incomes: Sequence[IncomeLine]
    spendings: Sequence[SpendingLine]
    statuses: Sequence[StatusLine]
    named: Sequence[NamedLine]
    objections: Sequence[FactObjection]
    timeline: Sequence[TimelineEntry]


def household_file(viewer: Viewer, household_id: int, on: date) -> HouseholdFile:
    """This function returns the file of a household as of a day; raises HouseholdNotFound."""
    card = household_get(viewer, household_id)
    members = members_of(viewer, household_id, on)
    names = _names(viewer, household_id)
    objections = list(
        of_household(FactObjection.objects.filter(household_id=household_id), viewer).order_by("-objected_at")
    )
    open_now = {(row.subject, row.row_id, row.field) for row in objections if row.state == FactObjection.State.OPEN}
    incomes = list(of_household(Income.objects.filter(household_id=household_id, superseded_at__isnull=True), viewer))
    spendings = list(
        of_household(
            Spending.objects.filter(household_id=household_id, superseded_at__isnull=True, event_date__lte=on), viewer
        ).order_by("-event_date", "-pk")
    )
    statuses = list(
        of_household(Status.objects.filter(household_id=household_id, superseded_at__isnull=True), viewer).order_by(
            "-from_date", "-pk"
        )
    )
    net = net_income(
        [IncomeAmount(row.month, row.kind, row.amount_fen) for row in incomes], on=on, members=len(members)
    )
    return HouseholdFile(
        card=card,
        on=on,
        address=_address(viewer, household_id, on),
        phone=_phone(viewer, household_id),
        facts=facts_of(viewer, household_id, on, open_now),
        members=members,
        net=net,
        incomes=_income_lines(incomes, net),
        spendings=[_spending_line(row, names) for row in spendings],
        statuses=[_status_line(row, names) for row in statuses],
        named=_named_lines(viewer, household_id, names),
        objections=objections,
        timeline=household_timeline(viewer, household_id, on, names=names),
    )


def state_on(viewer: Viewer, household_id: int, on: date) -> HouseholdState | None:
    """This function returns the state of a household on a day, or None."""
    return of_household(HouseholdState.objects.filter(holding(on), household_id=household_id), viewer).first()


def facts_of(
    viewer: Viewer, household_id: int, on: date, objected: Collection[tuple[str, int, str]] = ()
) -> list[Fact]:
    """This function returns the facts of a household's state in words, each with its source and since when."""
    state = state_on(viewer, household_id, on)
    if state is None:
        return []
    found = []
    for name in STATE_FIELDS:
        label = state_label(name)
        origin = state.origins.get(name) or [state.source, state.source_ref, state.valid_from.isoformat()]
        found.append(
            Fact(
                label=label,
                text=fact_text(state, name),
                source=source_label(origin[0]),
                since=date.fromisoformat(origin[2]),
                subject="household_state",
                row_id=state.pk,
                field=name,
                is_objected=("household_state", state.pk, name) in objected,
            )
        )
    return found


def fact_text(row: object, name: str) -> str:
    """This function returns a field of a state in words; what is not known says so."""
    value = getattr(row, name)
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    if name.endswith("_fen"):
        return f"{value / 100:,.2f} 元"
    if name == "risks":
        return "、".join(Risk.parse(risk).label for risk in value) or "无"
    shown = getattr(row, f"get_{name}_display", None)
    return str(shown()) if shown is not None else str(value)


def _names(viewer: Viewer, household_id: int) -> dict[int, str]:
    rows = of_household(Membership.objects.filter(household_id=household_id), viewer).values_list(
        "person_id", "person__name"
    )
    return {pk: name or UNNAMED for pk, name in rows}


def _address(viewer: Viewer, household_id: int, on: date) -> str:
    row = of_household(Residence.objects.filter(holding(on), household_id=household_id), viewer).first()
    return row.address if row else ""


def _phone(viewer: Viewer, household_id: int) -> str:
    row = (
        of_household(
            Identifier.objects.filter(household_id=household_id, kind__in=("PHONE", "ACCOUNT"), valid_to__isnull=True),
            viewer,
        )
        .filter(superseded_at__isnull=True)
        .order_by("-kind", "pk")
        .first()
    )
    if row is None:
        return ""
    text = keyring().open(row.sealed, context=f"register_identifier:{row.pk}")
    return phone_mask(text) if row.kind == "PHONE" else account_mask(text)


def _income_lines(rows: Sequence[Income], net: NetIncome) -> list[IncomeLine]:
    inside = [row for row in rows if net.first_month <= row.month < net.end_month]
    lines = []
    for kind in IncomeKind:
        of_kind = [row for row in inside if row.kind == kind]
        lines.append(
            IncomeLine(
                kind=kind.value,
                label=kind.label,
                amount_fen=net.sums.get(kind.value),
                months=len({row.month for row in of_kind}),
                sources="、".join(sorted({source_label(row.source) for row in of_kind})),
            )
        )
    return lines


def _spending_line(row: Spending, names: dict[int, str]) -> SpendingLine:
    return SpendingLine(
        id=row.pk,
        event_date=row.event_date,
        cause_label=SpendingCause.parse(row.cause).label,
        person_name=names.get(row.person_id or 0, ""),
        detail=row.detail,
        gross_fen=row.gross_fen,
        reimbursed_fen=row.reimbursed_fen,
        self_paid_fen=row.self_paid_fen,
        source=source_label(row.source),
    )


def _status_line(row: Status, names: dict[int, str]) -> StatusLine:
    return StatusLine(
        id=row.pk,
        label=STATUS_LABELS.get(row.kind, row.kind),
        value=row.value or "",
        person_name=names.get(row.person_id or 0, ""),
        from_date=row.from_date,
        until_date=row.until_date,
        source=source_label(row.source),
    )


def _named_lines(viewer: Viewer, household_id: int, names: dict[int, str]) -> list[NamedLine]:
    rows = of_household(NamedFact.objects.filter(household_id=household_id, superseded_at__isnull=True), viewer)
    return [
        NamedLine(label, str(value), names.get(row.person_id or 0, ""), source_label(row.source))
        for row in rows.order_by("person_id", "pk")
        for label, value in sorted(row.facts.items())
    ]


# ---- timeline ----


def household_timeline(
    viewer: Viewer, household_id: int, on: date, *, names: dict[int, str] | None = None
) -> list[TimelineEntry]:
    """This function returns what the register knows to have happened to a household, newest first.

    The caller merges it with what other rooms know (warnings, cases, help), by `at`.
    """
    names = names if names is not None else _names(viewer, household_id)
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
ENDS = {"split": "分户迁出", "merge": "并入别户", "move": "迁出", "death": "死亡", "head": "变更户主关系"}


def _membership_entries(viewer: Viewer, household_id: int, names: dict[int, str]) -> list[TimelineEntry]:
    rows = of_household(
        Membership.objects.filter(household_id=household_id, superseded_at__isnull=True), viewer
    ).order_by("valid_from")
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
    left = Membership.objects.filter(
        household_id=household_id, superseded_at__isnull=True, valid_to__isnull=False
    ).exclude(
        Q(person__memberships__household_id=household_id)
        & Q(person__memberships__superseded_at__isnull=True, person__memberships__valid_to__isnull=True)
    )
    last: dict[int, Membership] = {}
    for row in of_household(left, viewer).select_related("person").order_by("valid_from"):
        last[row.person_id] = row
    for row in last.values():
        assert row.valid_to is not None
        died = row.person.died_on is not None and row.person.died_on <= row.valid_to
        title = "死亡" if died else "离户"
        entries.append(TimelineEntry(at_day(row.valid_to), f"{title}：{names[row.person_id]}", is_day=True))
    return entries


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
        line = _spending_line(spending, names)
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
        line_ = _status_line(status, names)
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
