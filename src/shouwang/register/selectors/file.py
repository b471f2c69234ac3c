"""The household file (一户一档): what is known of a household, with its sources, and its timeline in the register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shouwang.kit.codes import (
    IncomeKind,
)
from shouwang.kit.masks import account_mask, phone_mask
from shouwang.kit.seal import keyring
from shouwang.people.access import Viewer
from shouwang.register.models import (
    FactObjection,
    Identifier,
    Income,
    NamedFact,
    Residence,
    Spending,
    Status,
)
from shouwang.register.rules import IncomeAmount, NetIncome, net_income, source_label
from shouwang.register.selectors.facts import UNKNOWN, Fact, facts_of
from shouwang.register.selectors.lines import SpendingLine, StatusLine, names_of, spending_line, status_line
from shouwang.register.selectors.people import (
    HouseholdCard,
    Member,
    household_get,
    members_of,
)
from shouwang.register.selectors.scope import holding, of_household
from shouwang.register.selectors.timeline import TimelineEntry, household_timeline

__all__ = ["UNKNOWN", "HouseholdFile", "IncomeLine", "household_file"]


@dataclass(frozen=True)
class IncomeLine:
    """One kind of income in the window of twelve months."""

    kind: str
    label: str
    amount_fen: int | None
    months: int
    sources: str


@dataclass(frozen=True)
class NamedLine:
    """A column of a source that is no field of ours."""

    label: str
    value: str
    person_name: str
    source: str


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
    names = names_of(viewer, household_id)
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
        spendings=[spending_line(row, names) for row in spendings],
        statuses=[status_line(row, names) for row in statuses],
        named=_named_lines(viewer, household_id, names),
        objections=objections,
        timeline=household_timeline(viewer, household_id, on, names=names),
    )


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


def _named_lines(viewer: Viewer, household_id: int, names: dict[int, str]) -> list[NamedLine]:
    rows = of_household(NamedFact.objects.filter(household_id=household_id, superseded_at__isnull=True), viewer)
    return [
        NamedLine(label, str(value), names.get(row.person_id or 0, ""), source_label(row.source))
        for row in rows.order_by("person_id", "pk")
        for label, value in sorted(row.facts.items())
    ]
