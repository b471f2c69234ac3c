"""What the pages of standards show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.forms import Form

from shouwang.standards.models import Adoption, CalendarYear, PackVersion, Revocation, TrialReport
from shouwang.standards.rules import AmendedValue, ShownTopic


@dataclass(frozen=True)
class StandardsPage:
    """The adoptions in force or proposed, and the stored versions."""

    on: date
    in_force: list[Adoption]
    coming: list[Adoption]
    proposed: list[Adoption]
    versions: list[PackVersion]
    may_propose: bool
    may_adopt: bool
    user_id: int | None
    revocations: list[Revocation] = field(default_factory=list)


@dataclass(frozen=True)
class VersionPage:
    """One version, topic by topic, each value with its source."""

    version: PackVersion
    on: date
    topics: list[ShownTopic]
    adoptions: list[Adoption]
    amended: list[AmendedValue]


@dataclass(frozen=True)
class ProposalPage:
    """One proposal: what it changes, why, what was seen when it was tried, and who may say yes or no."""

    adoption: Adoption
    amended: list[AmendedValue]
    report: TrialReport | None
    may_adopt: bool
    may_decline: bool
    is_own: bool
    revocation: Revocation | None = None
    may_revoke: bool = False
    may_confirm: bool = False
    may_drop: bool = False


@dataclass(frozen=True)
class CalendarPage:
    """The calendar: until when it is published, the recorded years, the form for the next."""

    last: date
    years: list[CalendarYear]
    form: Form
