"""What the pages of screening show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shouwang.engine import Explanation
from shouwang.office.selectors import Progress
from shouwang.screening.forms import RunForm
from shouwang.screening.models import Run, Warning


@dataclass(frozen=True)
class WarningRow:
    """One warning in a list."""

    warning: Warning
    household: str
    place: str
    cause: str
    measured: str
    threshold: str


@dataclass(frozen=True)
class RunsPage:
    """The runs over the viewer's areas and the form for the next one."""

    runs: list[Run]
    form: RunForm | None
    under_way: list[Progress] = field(default_factory=list)
    held: int = 0


@dataclass(frozen=True)
class RunPage:
    """One run with its warnings."""

    run: Run
    progress: Progress | None
    rows: list[WarningRow]
    more: int


@dataclass(frozen=True)
class Line:
    """One condition of an explanation, as deep as it stands."""

    depth: int
    text: str
    shown: str
    result: bool | None


@dataclass(frozen=True)
class WarningPage:
    """One warning with its reasons."""

    row: WarningRow
    explanation: Explanation
    evidence: list[dict[str, Any]]
    holds: bool
    same_policy: bool
    lines: list[Line]
    may_settle: bool
