"""What the pages of giving show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django import forms

from shouwang.assistance.models import Allotment, GiftConfirmation, Measure, Need, Pledge, Thanks
from shouwang.assistance.rules.giving import Match, amount_text
from shouwang.assistance.selectors.giving import Given
from shouwang.people.selectors import AreaRow
from shouwang.register.selectors import HouseholdCard
from shouwang.ui.tables import KeyPage


@dataclass(frozen=True)
class PledgeLine:
    """A pledge in words: what, how much is left, where."""

    pledge: Pledge
    place: str
    is_over: bool

    @property
    def total(self) -> str:
        return amount_text(self.pledge.total, form=self.pledge.form, unit=self.pledge.unit)

    @property
    def left(self) -> str:
        return amount_text(self.pledge.left, form=self.pledge.form, unit=self.pledge.unit)

    @property
    def delivered(self) -> str:
        return amount_text(self.pledge.delivered, form=self.pledge.form, unit=self.pledge.unit)

    @property
    def allotted(self) -> str:
        return amount_text(self.pledge.allotted, form=self.pledge.form, unit=self.pledge.unit)


@dataclass(frozen=True)
class PledgesPage:
    """The pledges of the viewer's areas, and what waits."""

    lines: Sequence[PledgeLine]
    page: KeyPage
    may_keep: bool
    needs: int
    out: int
    unasked: int
    denied: int
    unthanked: int
    late: int
    public: str


@dataclass(frozen=True)
class PledgeFormPage:
    """A pledge to be taken down."""

    form: forms.Form
    is_stated: bool


@dataclass(frozen=True)
class NeedLine:
    """A need in words, with its household."""

    need: Need
    card: HouseholdCard | None

    @property
    def wanted(self) -> str:
        return amount_text(self.need.wanted, form=self.need.form, unit=self.need.unit)

    @property
    def left(self) -> str:
        return amount_text(self.need.left, form=self.need.form, unit=self.need.unit)


@dataclass(frozen=True)
class MatchLine:
    """A need that suits, with the reasons and the quantity offered."""

    line: NeedLine
    match: Match
    form: forms.Form
    offered: str


@dataclass(frozen=True)
class AllotmentLine:
    """An allotment with its household, what may be done with it, and the household's last word on it."""

    allotment: Allotment
    card: HouseholdCard | None
    quantity: str
    paid: str = ""
    may_pay: bool = False
    may_deliver: bool = False
    may_cancel: bool = False
    word: GiftConfirmation | None = None
    may_ask: bool = False
    why_form: forms.Form | None = None


@dataclass(frozen=True)
class PledgePage:
    """One pledge: what suits it, what is allotted, letters."""

    line: PledgeLine
    matches: Sequence[MatchLine]
    allotments: Sequence[AllotmentLine]
    letters: Sequence[Thanks]
    may_keep: bool
    may_receive: bool
    to_thank: int
    close_form: forms.Form
    receive_form: forms.Form
    account: int | None = None
    problem: str = ""


@dataclass(frozen=True)
class NeedsPage:
    """What households of the viewer's areas need, and social measures of help plans that state no need yet."""

    lines: Sequence[NeedLine]
    page: KeyPage
    measures: Sequence[tuple[Measure, HouseholdCard | None]]
    may_state: bool
    out: int


@dataclass(frozen=True)
class HouseholdNeedsPage:
    """What one household needs and got, the form for a need; `why_form` of the need that could not be withdrawn."""

    card: HouseholdCard
    lines: Sequence[NeedLine]
    allotments: Sequence[AllotmentLine]
    form: forms.Form | None
    measure: Measure | None
    why_form: forms.Form | None = None
    why_of: int = 0


@dataclass(frozen=True)
class ArrivalPage:
    """An allotment that arrives or is paid."""

    line: AllotmentLine
    form: forms.Form
    is_pay: bool


@dataclass(frozen=True)
class AllotmentsPage:
    """Allotments that wait for the same thing."""

    title: str
    show: str
    lines: Sequence[AllotmentLine]
    page: KeyPage


@dataclass(frozen=True)
class GiftConfirmPage:
    """What a household says of an allotment, and what it said before."""

    line: AllotmentLine
    form: forms.Form
    earlier: Sequence[GiftConfirmation]


@dataclass(frozen=True)
class GivenPage:
    """What was given in a county, as everybody may read it."""

    area: AreaRow
    lines: Sequence[tuple[Given, str, str]]
    on: date
