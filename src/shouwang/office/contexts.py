"""What the pages of the office show."""

from __future__ import annotations

from dataclasses import dataclass

from shouwang.office.models import Progress
from shouwang.ui.tables import KeyPage


@dataclass(frozen=True)
class ProgressPage:
    """One piece of long work."""

    item: Progress


@dataclass(frozen=True)
class ProgressListPage:
    """The work of an organisation."""

    page: KeyPage
