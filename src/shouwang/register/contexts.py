"""What each page of the register shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shouwang.register.models import FactObjection, ImportRefusal, PersonMerge, RegisterFinding
from shouwang.register.selectors import ConflictLine, HouseholdCard, Member
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
class RegistrationPage:
    """A new household: where, and who belongs to it."""

    form: Any
    rows: Any
    village_search: str
    village_shown: str
    most: int


@dataclass(frozen=True)
class ImportsPage:
    """The imports of one's own house, and the form that begins one."""

    tabs: Sequence[Tab]
    form: Any
    page: KeyPage
    area_search: str
    area_shown: str


@dataclass(frozen=True)
class Reason:
    """Why rows were refused (or noticed), in which column, how many."""

    text: str
    column: str
    rows: int


@dataclass(frozen=True)
class ImportPage:
    """One import: how far it is, or what became of every row."""

    run: Any
    progress: Any
    is_over: bool
    counts: Sequence[tuple[str, int, str]]
    reasons: Sequence[Reason]
    refusals: Sequence[ImportRefusal]
    notices: Sequence[Reason]
    file_href: str

    @property
    def more(self) -> int:
        """How many refused rows are not shown."""
        return max(0, sum(reason.rows for reason in self.reasons) - len(self.refusals))


@dataclass(frozen=True)
class FactLine:
    """One fact on the page of facts; `href` leads to its history and to objecting or correcting."""

    label: str
    text: str
    source: str
    since: date | None
    href: str
    is_objected: bool


@dataclass(frozen=True)
class FactGroup:
    """The facts about one subject: the household, a member, an event."""

    title: str
    facts: Sequence[FactLine]


@dataclass(frozen=True)
class ObjectionLine:
    """One objection in a list, with the fact it is about."""

    row: FactObjection
    label: str
    about: str
    card: HouseholdCard | None
    href: str


@dataclass(frozen=True)
class FactsPage:
    """All facts of a household, by subject."""

    card: HouseholdCard
    household: FactGroup
    members: Sequence[FactGroup]
    spendings: Sequence[FactGroup]
    statuses: Sequence[FactGroup]
    incomes: Sequence[FactGroup]
    objections: Sequence[ObjectionLine]
    may_edit: bool
    may_object: bool


@dataclass(frozen=True)
class HistoryLine:
    """What a fact was believed to be, for which time and since when we knew."""

    text: str
    valid_from: date | None
    valid_to: date | None
    recorded_at: datetime | None
    superseded_at: datetime | None
    source: str


@dataclass(frozen=True)
class FactPage:
    """One fact: its history, what was said about it, and the forms to object or correct."""

    card: HouseholdCard
    fact: FactLine
    about: str
    history: Sequence[HistoryLine]
    remarks: Sequence[FactObjection]
    objection: FactObjection | None
    object_form: Any
    correct_form: Any


@dataclass(frozen=True)
class ObjectionsPage:
    """The open objections of an area."""

    tabs: Sequence[Tab]
    lines: Sequence[ObjectionLine]
    page: KeyPage
    may_edit: bool


@dataclass(frozen=True)
class FindingLine:
    """One thing to look at."""

    row: RegisterFinding
    card: HouseholdCard | None
    is_forbidden: bool = False


@dataclass(frozen=True)
class FindingsPage:
    """What a person must look at in the register."""

    tabs: Sequence[Tab]
    lines: Sequence[FindingLine]
    page: KeyPage
    may_edit: bool


@dataclass(frozen=True)
class ConflictsPage:
    """The pairs of a common superior."""

    tabs: Sequence[Tab]
    lines: Sequence[ConflictLine]


@dataclass(frozen=True)
class ConflictPage:
    """One pair to decide."""

    line: ConflictLine
    form: Any
    members_there: Sequence[Member]
    members_here: Sequence[Member]


@dataclass(frozen=True)
class MemberLine:
    """A member with what was merged into her."""

    member: Member
    merges: Sequence[PersonMerge]


@dataclass(frozen=True)
class MembersPage:
    """Who belongs to a household, and what can be changed about it."""

    card: HouseholdCard
    members: Sequence[MemberLine]
    may_edit: bool
    may_show: bool


@dataclass(frozen=True)
class ActPage:
    """One change of the register as a form: what will happen, what is asked, what it is called."""

    title: str
    lead: str
    form: Any
    button: str
    back: str
    happens: Sequence[str] = ()
    relationships_title: str = ""
    village_search: str = ""
    village_shown: str = ""
    facts: Sequence[tuple[str, str]] = ()

    @property
    def relationships(self) -> list[Any]:
        """The questions of everybody's relationship."""
        return [bound for bound in self.form if bound.name.startswith("as_")]

    @property
    def others(self) -> list[Any]:
        """The other questions."""
        return [bound for bound in self.form if not bound.name.startswith("as_")]


@dataclass(frozen=True)
class Choice:
    """One household or person that was found, to be chosen."""

    title: str
    note: str
    href: str


@dataclass(frozen=True)
class PickPage:
    """Which household, person or village is meant: the first step of a change."""

    title: str
    lead: str
    form: Any
    back: str
    choices: Sequence[Choice] = ()
    place_form: Any = None
    village_search: str = ""
    has_asked: bool = False


@dataclass(frozen=True)
class NumbersPage:
    """The numbers of a person: asked for with a purpose, shown once."""

    name: str
    form: Any
    back: str
    numbers: Sequence[tuple[str, str]] = ()
    purpose: str = ""
