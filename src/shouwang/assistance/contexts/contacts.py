"""What the pages of contacts and of the slots of households show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django import forms

from shouwang.assistance.models import Contact, ContactVisit, Filling
from shouwang.assistance.rules.sevens import Standing, Tally
from shouwang.assistance.selectors.contacts import Covered, OrganisationCover
from shouwang.people.selectors import AreaRow
from shouwang.register.selectors import HouseholdCard
from shouwang.ui.tables import KeyPage


@dataclass(frozen=True)
class ContactLine:
    """A contact with its household, and by how many days its visit is late; `is_gone`: the cadre has left the post."""

    contact: Contact
    card: HouseholdCard | None
    days_late: int
    may_log: bool = False
    is_gone: bool = False


@dataclass(frozen=True)
class ContactsPage:
    """The viewer's own households, coverage by kind and organisation, how many visits are late."""

    area: AreaRow | None
    own: Sequence[ContactLine]
    covered: Sequence[Covered]
    organisations: Sequence[OrganisationCover]
    late: int
    gone: int
    is_wide: bool
    counties: Sequence[AreaRow] = ()


@dataclass(frozen=True)
class ContactListPage:
    """Contacts whose visit is late, or who left, or households without one; `show`: late, own, gone, missing …"""

    title: str
    show: str
    lines: Sequence[ContactLine]
    homes: Sequence[HouseholdCard]
    page: KeyPage | None
    left_out: int = 0
    may_keep: bool = False


@dataclass(frozen=True)
class HouseholdContactsPage:
    """A household's contacts, its visits, and the form for another contact."""

    card: HouseholdCard
    lines: Sequence[ContactLine]
    past: Sequence[Contact]
    visits: Sequence[ContactVisit]
    wanting: Sequence[str]
    form: forms.Form | None
    may_keep: bool


@dataclass(frozen=True)
class VisitPage:
    """The form of a visit."""

    contact: Contact
    card: HouseholdCard
    form: forms.Form
    last: Sequence[ContactVisit]
    days_late: int


@dataclass(frozen=True)
class ContactStepPage:
    """A contact that ends or is handed over."""

    contact: Contact
    card: HouseholdCard
    form: forms.Form
    is_hand_over: bool


@dataclass(frozen=True)
class PlaceLine:
    """What the households of a village or township have and lack."""

    area: AreaRow
    tally: Tally
    missing: Sequence[tuple[str, str, int]]


@dataclass(frozen=True)
class HomeLine:
    """A household with what it lacks in words; empty where it has everything."""

    card: HouseholdCard
    missing: str
    standing: Standing


@dataclass(frozen=True)
class SevensPage:
    """What households have to have, by place, or the households behind a figure (`show`, `shown` of them).

    `counties`: a wider area picks one first.
    """

    area: AreaRow
    title: str
    total: Tally
    totals: Sequence[tuple[str, str, int]]
    lines: Sequence[PlaceLine]
    homes: Sequence[HomeLine]
    homes_page: KeyPage
    shown: int
    counties: Sequence[AreaRow]
    above: AreaRow | None
    has_sources: bool
    is_stated: bool
    marks: Sequence[str]
    span: tuple[date, date] | None
    show: str
    problem: str = ""
    may_export: bool = False

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What a list of households may be of, to choose one."""
        slots = [(key, f"缺{name}") for key, name, _ in self.totals]
        more = [("sources", "收入来源不足"), ("unknown", "收入来源未知")] if self.has_sources else []
        return [("all", "要求的户"), ("complete", "齐全的户"), ("lacking", "没齐全的户"), *slots, *more]

    @property
    def heading(self) -> str:
        """What the households listed have in common."""
        return dict(self.choices).get(self.show, "")


@dataclass(frozen=True)
class SlotLine:
    """One slot of a household: what fills it, or how it is filled."""

    key: str
    name: str
    kind: str
    asks: str
    filling: Filling | None
    contact: Contact | None
    status: str
    form: forms.Form | None
    end_form: forms.Form | None
    clause: str
    mark: str
    by_contact: bool

    @property
    def is_filled(self) -> bool:
        return bool(self.filling or self.contact or self.status)


@dataclass(frozen=True)
class HouseholdSevensPage:
    """The slots of one household with their history, and its sources of income; `lacks`: what is missing, in words."""

    card: HouseholdCard
    title: str
    lacks: str
    group: str
    lines: Sequence[SlotLine]
    past: Sequence[Filling]
    standing: Standing | None
    earned: str
    sources_clause: str
    sources_of: str
    span: tuple[date, date]
    may_keep: bool
    problem: str = ""
