"""What the pages show: one frozen dataclass a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.forms import Form

from shouwang.people.selectors import AreaRow
from shouwang.public.selectors.helped import Helped
from shouwang.public.selectors.notices import PublicNotice
from shouwang.public.selectors.places import Step


@dataclass(frozen=True)
class PlacePage:
    """One step of choosing a village or a county, for `what`; `hint` helps who does not find hers."""

    step: Step
    what: str
    hint: str = ""


@dataclass(frozen=True)
class ApplyPage:
    """The form, for a village."""

    village: AreaRow
    form: Form


@dataclass(frozen=True)
class AppliedPage:
    """The receipt, shown once."""

    receipt: str
    village: AreaRow
    has_pin: bool
    due_on: date | None


@dataclass(frozen=True)
class StatusPage:
    """The stage of a receipt; `problem` instead when there is nothing to show."""

    form: Form
    receipt: str = ""
    word: str = ""
    sentence: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Told:
    """One thing that was decided or answered, in the words the household is told."""

    on: date
    title: str
    text: str


@dataclass(frozen=True)
class OpenedPage:
    """What a receipt with its PIN shows."""

    word: str
    sentence: str
    next_on: date | None
    is_late: bool
    needed: str
    told: Sequence[Told]
    asked: Sequence[Told]
    opened: str
    has_statement: bool
    appeal: Form | None
    withdrawal: Form | None
    helped: Sequence[tuple[Helped, Form]] = ()


@dataclass(frozen=True)
class NoticesPage:
    """The notices that hang in a village."""

    village: AreaRow
    notices: Sequence[PublicNotice]
    may_object: bool


@dataclass(frozen=True)
class ObjectPage:
    """The form of an objection beside its notice."""

    village: AreaRow
    notice: PublicNotice
    form: Form


@dataclass(frozen=True)
class PetitionLine:
    """A petition as a desk lists it."""

    id: int
    kind: str
    place: str
    text: str
    at: datetime
    due_on: date
    is_due_provisional: bool
    days_late: int
    state: str
    is_mine: bool


@dataclass(frozen=True)
class PetitionsPage:
    """What waits for the desk, or what was answered."""

    tabs: Sequence[tuple[str, str, bool, int]]
    lines: Sequence[PetitionLine]


@dataclass(frozen=True)
class PetitionPage:
    """One petition with its answer or the form for it."""

    line: PetitionLine
    text: str
    said_by: str
    case_id: int | None
    answer: str
    answered_by: str
    answered_at: datetime | None
    form: Form | None
    is_own_work: bool = False


@dataclass(frozen=True)
class ApplicationPage:
    """An application behind a clue: who applied, whom to call (masked until a purpose is given)."""

    clue_id: int
    place: str
    facts: Sequence[tuple[str, str]]
    summary: str
    withdrawn_at: datetime | None
    is_open: bool
    form: Form


@dataclass(frozen=True)
class HandPage:
    """The form of handing over, or once what was handed."""

    subject: str
    back: str
    form: Form | None
    receipt: str = ""
    pin: str = ""
    at: datetime | None = None
