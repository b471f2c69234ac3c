"""Facts of households and persons in words, each with its source."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from shouwang.kit.codes import (
    NATIONALITIES,
    DisabilityCategory,
    DisabilityLevel,
    Risk,
)
from shouwang.people.access import Viewer
from shouwang.register.models import (
    HouseholdState,
    Person,
    PersonState,
)
from shouwang.register.rules import source_label
from shouwang.register.selectors.people import (
    Member,
    person_row,
)
from shouwang.register.selectors.scope import holding, of_household

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


def person_facts(viewer: Viewer, member: Member, objected: Collection[tuple[str, int, str]] = ()) -> list[Fact]:
    """This function returns the facts of a member in words, who she is first, each with its source."""
    person = person_row(viewer, member.person_id)
    found = [
        Fact(
            str(Person._meta.get_field(name).verbose_name), fact_text(person, name), "", None, "person", person.pk,
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
                str(PersonState._meta.get_field(name).verbose_name), fact_text(state, name), source_label(origin[0]),
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
