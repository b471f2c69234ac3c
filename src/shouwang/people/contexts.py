"""What the pages of people show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shouwang.people.forms import DeputyForm
from shouwang.people.models import Appointment, Device, FactorReset, Organisation, User
from shouwang.ui.tables import Table


@dataclass(frozen=True)
class OrganisationsPage:
    """The organisations of an administrator's areas."""

    table: Table
    kinds: Sequence[tuple[str, str]]
    kind: str
    text: str
    resets: int


@dataclass(frozen=True)
class AppointmentRow:
    """One appointment as a list shows it."""

    appointment: Appointment
    areas: str
    is_in_force: bool
    is_mine: bool


@dataclass(frozen=True)
class OrganisationPage:
    """One organisation and who is appointed to it."""

    organisation: Organisation
    kind: str
    rows: Sequence[AppointmentRow]
    on: date


@dataclass(frozen=True)
class UserPage:
    """One account; `link` is shown once, right after it was made."""

    user: User
    rows: Sequence[AppointmentRow]
    has_factor: bool
    must_have_factor: bool
    open_reset: FactorReset | None
    may_administer: bool
    link: str = ""
    link_until: str = ""
    devices: Sequence[Device] = ()


@dataclass(frozen=True)
class DeputyPage:
    """Who does an appointment's desk while its holder is away."""

    appointment: Appointment
    deputies: Sequence[Appointment]
    form: DeputyForm | None
    why_not: str
    back: str


@dataclass(frozen=True)
class FactorsPage:
    """Requests to take a second factor away."""

    open: Sequence[tuple[FactorReset, bool]]  # whether this viewer may decide
    done: Sequence[FactorReset]


@dataclass(frozen=True)
class SwitchPage:
    """A user's own appointments."""

    rows: Sequence[AppointmentRow]
    acting_id: int | None
    back: str
    may_deputise: bool = False
    may_hand_over: bool = False


@dataclass(frozen=True)
class DevicesPage:
    """A user's own phones."""

    devices: Sequence[Device]
    keep_days: int
