"""What the pages of long-term care show."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django import forms

from shouwang.insurance.care.models import (
    CareApplication,
    CareAssessment,
    CareBill,
    CareDay,
    CareEvent,
    CareInsured,
    CareLine,
    CarePlan,
    CareSettlement,
)
from shouwang.insurance.care.selectors import Unbilled
from shouwang.insurance.care.services import CareReplay
from shouwang.insurance.contexts import Way
from shouwang.ui.charts import BarChart, TrendChart
from shouwang.ui.tables import KeyPage

Tab = tuple[str, str, bool, int]


@dataclass(frozen=True)
class DeskStat:
    """A number that leads to its rows."""

    number: int
    label: str
    href: str
    note: str = ""
    unit: str = "份"  # of bills and applications


@dataclass(frozen=True)
class CareDeskPage:
    """The desk of care: what waits, by who looks at it."""

    role: str  # office, assessor, provider, reader
    stats: Sequence[DeskStat]
    applications: Sequence[CareApplication] = ()
    due: Sequence[CareInsured] = ()
    plans: Sequence[CarePlan] = ()
    unbilled: Sequence[Unbilled] = ()
    bills: Sequence[CareBill] = ()
    more: int = 0
    today: date | None = None
    reads_people: bool = False
    charts: Sequence[TrendChart | BarChart] = ()
    asked_more: int = 0
    due_more: int = 0

    @property
    def is_provider(self) -> bool:
        return self.role == "provider"


@dataclass(frozen=True)
class CareFormPage:
    """A form of care with its title, what is said above it, its button and the way back."""

    title: str
    lead: str
    form: forms.Form
    button: str
    back: str
    version: int | None = None
    units: str = ""


@dataclass(frozen=True)
class PeoplePage:
    """The insured in sight."""

    page: KeyPage
    name: str


@dataclass(frozen=True)
class OverBill:
    """A bill with days after somebody's death or end of insurance, and what is to be done about them."""

    bill: CareBill
    days: int
    what: str


@dataclass(frozen=True)
class PersonPage:
    """Somebody insured: level, plans, months settled, what is to be done."""

    insured: CareInsured
    level: CareAssessment | None
    lapsed: CareAssessment | None
    facts: Sequence[tuple[str, ...]]
    waiting: CareApplication | None
    assessments: Sequence[CareAssessment]
    plans: Sequence[CarePlan]
    lines: Sequence[CareLine]
    overpaid: Sequence[OverBill]
    ways: Sequence[Way]
    may_end_plans: bool
    today: date
    closed: Collection[int] = ()  # providers that give no care any more

    @property
    def has_more_ways(self) -> bool:
        return any(not way.is_main for way in self.ways)


@dataclass(frozen=True)
class MonthCell:
    """One day of a month: how it stands, and in which words."""

    on: date | None
    state: str = ""  # logged, struck, out, free
    text: str = ""
    charge_fen: int | None = None


@dataclass(frozen=True)
class ClientPage:
    """A provider's client: the month day by day, and days to log or take back."""

    plan: CarePlan
    month: date
    before: date
    after: date
    weeks: Sequence[Sequence[MonthCell]]
    days: int
    charged_fen: int
    is_billed: bool
    form: forms.Form | None
    back_form: forms.Form | None


@dataclass(frozen=True)
class MonthLine:
    """A client's days in a month to be billed."""

    name: str
    mode_name: str
    days: int
    charged_fen: int
    href: str


@dataclass(frozen=True)
class FilePage:
    """A month to be billed."""

    month: date
    due_on: date
    is_late: bool
    lines: Sequence[MonthLine]
    days: int
    charged_fen: int
    form: forms.Form


@dataclass(frozen=True)
class BillsPage:
    """The bills in sight, by where they stand."""

    tabs: Sequence[Tab]
    page: KeyPage
    state_label: str
    is_provider: bool


@dataclass(frozen=True)
class ClientDays:
    """One client's days in a bill."""

    name: str
    mode_name: str
    days: Sequence[CareDay]
    charged_fen: int
    struck: int


@dataclass(frozen=True)
class BillPage:
    """One month's bill: where it stands, its settlement step by step, its days, what happened."""

    bill: CareBill
    steps: Sequence[tuple[str, str, str]]
    next: str
    not_mine: str
    ways: Sequence[Way]
    settlement: CareSettlement | None
    lines: Sequence[CareLine]
    earlier: Sequence[CareSettlement]
    clients: Sequence[ClientDays]
    struck: int
    may_strike: bool
    strike_form: forms.Form
    ticked: Collection[int]
    events: Sequence[CareEvent]
    reads_people: bool

    @property
    def has_more_ways(self) -> bool:
        return any(not way.is_main for way in self.ways)


@dataclass(frozen=True)
class CareReplayPage:
    """A settlement computed again."""

    replay: CareReplay
