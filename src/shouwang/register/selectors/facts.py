"""Facts of households and persons in words, each with its source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Model, QuerySet

from shouwang.kit.codes import (
    NATIONALITIES,
    DisabilityCategory,
    DisabilityLevel,
    IncomeKind,
    Risk,
)
from shouwang.people.access import Viewer
from shouwang.register.models import (
    FactObjection,
    HouseholdState,
    Income,
    Person,
    PersonState,
    Residence,
    Spending,
    Status,
)
from shouwang.register.rules import source_label
from shouwang.register.selectors.people import (
    Member,
    person_row,
)
from shouwang.register.selectors.scope import holding, of_household, of_person

STATE_FIELDS = (
    "poverty_status", "watch_type", "identified_date", "removed_date", "risks", "is_exit_unstable", "is_low_income",
    "is_without_labour", "housing_safe", "water_safe", "verified_income_fen",
)  # fmt: skip
PERSON_FIELDS = ("name", "sex", "birth_date", "nationality")
PERSON_STATE_FIELDS = (
    "labour", "education", "student_status", "is_chronic", "is_seriously_ill", "is_disabled", "disability_category",
    "disability_level", "work_place", "work_months", "is_medically_insured", "has_dropped_out",
)  # fmt: skip
SPENDING_FIELDS = ("event_date", "cause", "detail", "gross_fen", "reimbursed_fen", "self_paid_fen")
STATUS_FIELDS = ("value", "from_date", "until_date")
UNKNOWN = "未登记"
STATES = ("household_state", "person_state")
MOST_INCOMES = 240


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


def verbose(model: Any, name: str) -> str:
    """This function returns what a field is called on a page."""
    return str(model._meta.get_field(name).verbose_name)


def person_facts(
    viewer: Viewer,
    member: Member,
    objected: Collection[tuple[str, int, str]] = (),
    *,
    person: Person | None = None,
) -> list[Fact]:
    """This function returns the facts of a member in words, who she is first, each with its source."""
    person = person or person_row(viewer, member.person_id)
    found = [
        Fact(
            verbose(Person, name), fact_text(person, name), "", None, "person", person.pk,
            name, ("person", person.pk, name) in objected,
        )
        for name in PERSON_FIELDS
    ]  # fmt: skip
    state = member.state
    for name in PERSON_STATE_FIELDS if state is not None else ():
        assert state is not None
        origin = state.origins.get(name) or [state.source, state.source_ref, state.valid_from.isoformat()]
        found.append(
            Fact(
                verbose(PersonState, name), fact_text(state, name), source_label(origin[0]),
                date.fromisoformat(origin[2]), "person_state", state.pk, name,
                ("person_state", state.pk, name) in objected,
            )
        )  # fmt: skip
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
    if name == "nationality":
        return NATIONALITIES.get(value, value)
    if name in ("disability_category", "disability_level"):
        return (DisabilityCategory if name == "disability_category" else DisabilityLevel).parse(value).label
    if name == "risks":
        return "、".join(Risk.parse(risk).label for risk in value) or "无"
    shown = getattr(row, f"get_{name}_display", None)
    return str(shown()) if shown is not None else str(value)


def income_facts(
    viewer: Viewer,
    household_id: int,
    since: date,
    names: Mapping[int, str],
    objected: Collection[tuple[str, int, str]] = (),
) -> list[Fact]:
    """This function returns the monthly amounts of a household from a month on, the latest first."""
    rows = of_household(
        Income.objects.filter(household_id=household_id, superseded_at__isnull=True, month__gte=since), viewer
    ).order_by("-month", "kind", "pk")[:MOST_INCOMES]
    return [
        Fact(
            f"{row.month:%Y-%m} {IncomeKind.parse(row.kind).label}"
            + (f"（{names[row.person_id or 0]}）" if row.person_id in names else ""),
            fact_text(row, "amount_fen"), source_label(row.source), None, "income", row.pk, "amount_fen",
            ("income", row.pk, "amount_fen") in objected,
        )
        for row in rows
    ]  # fmt: skip


def address_fact(
    viewer: Viewer, household_id: int, on: date, objected: Collection[tuple[str, int, str]] = ()
) -> Fact | None:
    """This function returns where a household lives on a day, or None."""
    row = of_household(Residence.objects.filter(holding(on), household_id=household_id), viewer).first()
    if row is None:
        return None
    return Fact(
        "住址", row.address or UNKNOWN, source_label(row.source), row.valid_from, "residence", row.pk, "address",
        ("residence", row.pk, "address") in objected,
    )  # fmt: skip


def persons_of(viewer: Viewer, person_ids: Collection[int]) -> dict[int, Person]:
    """This function returns persons in sight by id."""
    return {row.pk: row for row in of_person(Person.objects.filter(pk__in=person_ids), viewer, field="id")}


def rows_of(viewer: Viewer, subject: str, household_id: int) -> dict[int, Any]:
    """This function returns the spending events or statuses of a household that are believed, by id."""
    model: Any = {"spending": Spending, "status": Status}[subject]
    rows = of_household(model.objects.filter(household_id=household_id, superseded_at__isnull=True), viewer)
    return {row.pk: row for row in rows}


# ---- one fact through time ----


@dataclass(frozen=True)
class FactVersion:
    """What a fact was believed to be, for which time, since when we knew and until when we believed it."""

    text: str
    valid_from: date | None
    valid_to: date | None
    recorded_at: datetime
    superseded_at: datetime | None
    source: str


def person_of(subject: str, row: Any) -> int | None:
    """This function returns the person that a fact is about, None for one of the household."""
    return row.pk if subject == "person" else getattr(row, "person_id", None)


def objections_of(household_id: int, subject: str, row: Model, field: str) -> QuerySet[FactObjection]:
    """This function returns what was said about a fact, newest first, in the caller's scope.

    A state's row changes with every fact in it: its objections are found by whom they are about.
    """
    found = FactObjection.objects.filter(household_id=household_id, subject=subject, field=field)
    if subject not in STATES:
        found = found.filter(row_id=row.pk)
    else:
        person_id = person_of(subject, row)
        found = found.filter(person_id__isnull=True) if person_id is None else found.filter(person_id=person_id)
    return found.order_by("-objected_at", "-pk")


def row_today(said: FactObjection) -> int:
    """This function returns the row that holds the objected fact today, in the caller's scope."""
    if said.subject not in STATES:
        return said.row_id
    current = {"superseded_at__isnull": True, "valid_to__isnull": True}
    if said.subject == "household_state":
        rows: QuerySet[Any] = HouseholdState.objects.filter(household_id=said.household_id, **current)
    else:
        rows = PersonState.objects.filter(person_id=said.person_id or 0, **current)
    return rows.values_list("pk", flat=True).first() or said.row_id


def fact_versions(viewer: Viewer, subject: str, row: Any, field: str) -> list[FactVersion]:
    """This function returns what a fact was believed to be, the latest belief first; who a person is has no history."""
    if subject == "person":
        return []
    model = type(row)
    if subject in STATES:
        key = "household_id" if subject == "household_state" else "person_id"
        rows = model._default_manager.filter(viewer.q(), **{key: getattr(row, key)})
    elif row.source_ref:
        rows = model._default_manager.filter(viewer.q(), household_id=row.household_id, source_ref=row.source_ref)
    else:
        rows = model._default_manager.filter(viewer.q(), pk=row.pk)
    versions: list[FactVersion] = []
    for found in rows.order_by("recorded_at", "pk"):
        origin = getattr(found, "origins", {}).get(field)
        version = FactVersion(
            fact_text(found, field), getattr(found, "valid_from", None), getattr(found, "valid_to", None),
            found.recorded_at, found.superseded_at, source_label(origin[0] if origin else found.source),
        )  # fmt: skip
        if versions and versions[-1].text == version.text and versions[-1].superseded_at is not None:
            versions[-1] = replace(versions[-1], valid_to=version.valid_to, superseded_at=version.superseded_at)
        else:
            versions.append(version)
    return versions[::-1]
