"""What the pages of the log show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shouwang.audit.forms import FilterForm
from shouwang.ui.tables import KeyPage


@dataclass(frozen=True)
class EntryRow:
    """One entry in words."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    subject_href: str
    place: str
    purpose: str
    changes: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class LogPage:
    """The log, or what it says about one subject."""

    rows: Sequence[EntryRow]
    page: KeyPage
    form: FilterForm | None
    subject: str = ""
