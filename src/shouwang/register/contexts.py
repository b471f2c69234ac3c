"""What each page of the register shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shouwang.register.models import FactObjection, ImportRefusal, PersonMerge, RegisterFinding, RegisterImport
from shouwang.register.selectors import (
    ConflictLine,
    Fact,
    HouseholdCard,
    HouseholdFile,
    Member,
    PersonHit,
    SpendingLine,
    StatusLine,
)
from shouwang.ui.tables import KeyPage


@dataclass(frozen=True)
class Tab:
    """One part of the register, with how much waits in it."""

    label: str
    href: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True)
class FoundPerson:
    """A person that a search found; `household_id` is None when she belongs to no household today."""

    person_id: int
    name: str
    relationship_label: str
    place: str
    birth_date: date | None
    died_on: date | None
    masked_id: str
    household_id: int | None
    household_number: str


@dataclass(frozen=True)
class SearchView:
    """The search: what was asked, what was found; `is_private` when the text must stay out of the address."""

    tabs: Sequence[Tab]
    form: Any
    text: str
    village: str
    village_shown: str
    asks_village: bool
    village_search: str
    imports_href: str
    may_edit: bool
    persons: Sequence[FoundPerson] = ()
    households: Sequence[HouseholdCard] = ()
    next_after: int | None = None
    is_first: bool = True
    is_private: bool = False
    has_asked: bool = False
    is_empty_register: bool = False
    problem: str = ""

    @property
    def found(self) -> int:
        """How many rows the page shows."""
        return len(self.persons) or len(self.households)


@dataclass(frozen=True)
class FormContext:
    """A page that is one form: what it says on top, what will happen, the button, and where back leads."""

    title: str
    lead: str
    form: Any
    button: str
    back: str
    happens: Sequence[str] = ()
    facts: Sequence[tuple[str, Any]] = ()
    hidden: Sequence[tuple[str, object]] = ()
    village_search: str = ""
    unit: str = ""

    @property
    def relationships(self) -> list[Any]:
        """The questions of what each person is to the head."""
        return [bound for bound in self.form if bound.name.startswith("as_")]

    @property
    def others(self) -> list[Any]:
        """The other questions."""
        return [bound for bound in self.form if not bound.name.startswith("as_")]


@dataclass(frozen=True)
class RegistrationContext:
    """A new household: where, and who belongs to it; `most` members fit on the page."""

    form: Any
    rows: Any
    village_search: str
    village_shown: str
    back: str
    most: int
    problems: Sequence[dict[str, str]] = ()


@dataclass(frozen=True)
class FactLine:
    """A fact with the addresses of its history, its objection and its correction."""

    fact: Fact
    history_href: str
    object_href: str
    correct_href: str
    is_objected: bool


@dataclass(frozen=True)
class MemberLine:
    """A member, her facts, and what was merged into her."""

    member: Member
    facts: Sequence[FactLine]
    doubles: Sequence[PersonMerge]


@dataclass(frozen=True)
class ObjectionLine:
    """One objection with the fact it is about."""

    row: FactObjection
    label: str
    about: str
    card: HouseholdCard | None
    correct_href: str


@dataclass(frozen=True)
class FactsContext:
    """The register's page of a household: facts, members, objections, changes."""

    file: HouseholdFile
    facts: Sequence[FactLine]
    members: Sequence[MemberLine]
    spendings: Sequence[tuple[SpendingLine, Sequence[FactLine]]]
    statuses: Sequence[tuple[StatusLine, Sequence[FactLine]]]
    incomes: Sequence[FactLine]
    objections: Sequence[ObjectionLine]
    may_edit: bool
    may_object: bool
    may_merge: bool
    may_show: bool


@dataclass(frozen=True)
class HistoryContext:
    """What a fact was believed to be, and what was said about it."""

    card: HouseholdCard
    label: str
    about: str
    line: FactLine
    versions: Sequence[Any]
    remarks: Sequence[FactObjection]


@dataclass(frozen=True)
class HeadContext:
    """Who shall head the household."""

    card: HouseholdCard
    members: Sequence[Member]
    back: str


@dataclass(frozen=True)
class DoublesContext:
    """Two records side by side, to be merged."""

    person: PersonHit
    lead: str
    form: Any
    candidates: Sequence[PersonHit]
    chosen: PersonHit | None
    sides: Sequence[tuple[str, Any, Any]]
    asked: str
    problem: str
    back: str
    version: int


@dataclass(frozen=True)
class ShownContext:
    """The full numbers of a person, shown once."""

    name: str
    lead: str
    numbers: Sequence[tuple[str, str]]
    purpose: str
    back: str


@dataclass(frozen=True)
class ImportsContext:
    """The import page: the form and the imports so far."""

    tabs: Sequence[Tab]
    form: Any
    page: KeyPage
    area_search: str
    area_shown: str
    is_running: bool = False


@dataclass(frozen=True)
class ImportContext:
    """One import: how far it is, what came of it."""

    run: RegisterImport
    progress: Any
    counts: Sequence[tuple[str, int, str]]
    reasons: Sequence[dict[str, Any]]
    refused: Sequence[ImportRefusal]
    more_refused: int
    notices: Sequence[dict[str, Any]]
    is_over: bool


@dataclass(frozen=True)
class ConflictsContext:
    """Persons registered twice, for the common superior."""

    tabs: Sequence[Tab]
    lines: Sequence[ConflictLine]
    may_decide: bool


@dataclass(frozen=True)
class FindingsContext:
    """What township or county must look at."""

    tabs: Sequence[Tab]
    lines: Sequence[tuple[RegisterFinding, HouseholdCard | None]]
    page: KeyPage
    may_settle: bool
    total: int


@dataclass(frozen=True)
class ObjectionsContext:
    """Open objections of an area."""

    tabs: Sequence[Tab]
    lines: Sequence[ObjectionLine]
    page: KeyPage
    may_settle: bool
    total: int
