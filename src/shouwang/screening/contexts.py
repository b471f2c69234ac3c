"""What the pages of screening show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shouwang.engine import Explanation
from shouwang.office.selectors import Progress
from shouwang.screening.forms import CheckRuleForm, RunForm
from shouwang.screening.models import CheckHit, CheckRule, CheckRun, CheckTrial, Run, Warning
from shouwang.ui.tables import KeyPage


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
    storms: list[Run] = field(default_factory=list)


@dataclass(frozen=True)
class RunPage:
    """One run with its warnings, and how it came to them.

    `why_full` tells why a daily run screened everybody, `touched` whom the others were touched by and how many;
    `differing` are households of which a check found different things; `storm_waiting` warnings wait for release.
    """

    run: Run
    progress: Progress | None
    rows: list[WarningRow]
    more: int
    why_full: str = ""
    touched: list[tuple[str, int]] = field(default_factory=list)
    differing: list[tuple[int, str]] = field(default_factory=list)
    storm_waiting: int = 0
    may_settle: bool = False

    @property
    def taken_over(self) -> int | None:
        """The households whose result was taken over from the run before."""
        if self.run.touched is None or self.run.households is None or self.run.compared is not None:
            return None
        return max(0, self.run.households - self.run.touched)


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
    differences: list[str] = field(default_factory=list)
    from_snapshot: bool | None = None
    why_not: str = ""


@dataclass(frozen=True)
class ReasonRow:
    """One trigger that did not warn: its conditions, and the nearest change that would have made it."""

    name: str
    is_undecided: bool
    nearest: list[str]
    lines: list[Line]
    source: str


@dataclass(frozen=True)
class ReasonsPage:
    """Why the last run raised no warning for a household; what it raised, if it did."""

    household_id: int
    household: str
    place: str
    run: Run | None
    policy: str
    stale: list[str]
    warned: list[str]
    rows: list[ReasonRow]
    why_not: str = ""


@dataclass(frozen=True)
class CheckRuleRow:
    """One rule of the checks with its numbers, each of which leads to its rows."""

    key: str
    name: str
    about: str
    owner: str
    mark: str
    open: int
    accepted: int
    mended: int
    undecided: int | None
    is_local: bool


@dataclass(frozen=True)
class ChecksPage:
    """The rules with their hits, the last runs, what a county wrote itself."""

    rules: list[CheckRuleRow]
    runs: list[CheckRun]
    under_way: list[Progress]
    last: CheckRun | None
    open: int
    accepted: int
    mended: int
    counties: list[tuple[int, str]]
    local: list[CheckRule]
    may_write: bool
    may_settle: bool


@dataclass(frozen=True)
class HitRow:
    """One hit in a list."""

    hit: CheckHit
    who: str
    place: str
    owner: str
    number: str = ""


@dataclass(frozen=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class HitsPage:
    """Hits of the checks, filtered."""

    rows: list[HitRow]
    page: KeyPage
    total: int
    filters: list[tuple[str, str, list[Choice]]]
    kept: dict[str, str]
    place: str
    problem: str = ""


@dataclass(frozen=True)
class HitPage:
    """One hit: why, what to do, who accepted it."""

    row: HitRow
    over: str
    text: str
    lines: list[Line]
    may_settle: bool
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True)
class TrendPage:
    """Hits a village over the last runs of a county."""

    county: str
    runs: list[CheckRun]
    rows: list[tuple[str, str, list[int]]]
    totals: list[int]
    rule: str
    rules: list[Choice]
    counties: list[tuple[int, str]]
    slot: int


@dataclass(frozen=True)
class TrialPage:
    """A written rule and what it finds on the latest snapshot."""

    form: CheckRuleForm
    trial: CheckTrial | None = None
    progress: Progress | None = None
    examples: list[tuple[str, str, str]] = field(default_factory=list)
    column: int | None = None
    before: str = ""
    after: str = ""
    facts: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
