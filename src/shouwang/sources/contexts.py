"""What each page of sources shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shouwang.office.selectors import Progress
from shouwang.register.selectors import HouseholdCard
from shouwang.sources.forms import CallForm, DeliveryForm, HeadingsForm, JudgeForm, ReportForm
from shouwang.sources.models import Call, Clue, CluePhoto, FeedImport, InterfaceKey, MatchDecision, MatchPair, Opinion
from shouwang.sources.rules.headings import Column, Layout
from shouwang.sources.rules.kinds import FeedKind
from shouwang.sources.selectors.feeds import Freshness
from shouwang.sources.selectors.reporting import KnownEvent, KnownHousehold
from shouwang.ui.tables import KeyPage


@dataclass(frozen=True)
class ChoosePage:
    """Step one of a report: which household."""

    text: str
    village: str
    villages: Sequence[tuple[str, str]]
    cards: Sequence[HouseholdCard]
    next_after: int | None
    has_searched: bool
    problem: str = ""
    is_clerk: bool = False


@dataclass(frozen=True)
class PhonePage:
    """The shell of the phone's pages: where it asks, and the modules it loads."""

    api: str
    modules: Sequence[str]


@dataclass(frozen=True)
class ReportPage:
    """Step two: the form, with what is already known."""

    form: ReportForm
    card: HouseholdCard | None
    known: KnownHousehold | None
    event: KnownEvent | None
    is_clerk: bool


@dataclass(frozen=True)
class ClueLine:
    """One clue in a list."""

    clue: Clue
    who: str
    place: str
    call: Call | None = None

    @property
    def is_collected(self) -> bool:
        return self.clue.collected_case_id is not None

    @property
    def state(self) -> str:
        """What has become of it, in words."""
        if self.is_collected:
            return "已转成案件"
        return "申请人已撤回" if self.clue.withdrawn_at else "等待受理"


@dataclass(frozen=True)
class SentPage:
    """After sending: what happens next."""

    line: ClueLine
    steps: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class CallTold:
    """What the clerk tells the caller, and what is known of her household already."""

    line: ClueLine
    number: str
    others: Sequence[ClueLine]
    is_urgent: bool


@dataclass(frozen=True)
class CallsPage:
    """The clerk's form for hotline and village groups."""

    form: CallForm
    told: CallTold | None = None
    cards: Sequence[HouseholdCard] = ()
    shown: str = ""
    is_stranger: bool = False


@dataclass(frozen=True)
class OpinionLine:
    """A letter or a report of the press in a list."""

    opinion: Opinion
    who: str
    place: str
    is_late: bool


@dataclass(frozen=True)
class OpinionsPage:
    """The queue of what is to be judged, or what was."""

    lines: Sequence[OpinionLine]
    page: KeyPage
    is_judged: bool
    waiting: int
    late: int
    may_keep: bool


@dataclass(frozen=True)
class OpinionPage:
    """One, with the form that judges it for who may."""

    line: OpinionLine
    form: JudgeForm | None
    shown: str = ""


@dataclass(frozen=True)
class CallFoundPage:
    """The clue behind a number that a caller reads out."""

    line: ClueLine | None = None
    facts: Sequence[tuple[Any, ...]] = ()
    problem: str = ""


@dataclass(frozen=True)
class CluesPage:
    """Clues with their state."""

    lines: Sequence[ClueLine]
    page: KeyPage
    waiting: int
    state: str
    channel: str
    channels: Sequence[tuple[str, str]]
    takes_calls: bool = False


@dataclass(frozen=True)
class CluePage:
    """One clue."""

    line: ClueLine
    facts: Sequence[tuple[Any, ...]]
    may_call_back: bool = False
    phone: str = ""
    may_attach: bool = False
    text: str = ""
    cards: Sequence[HouseholdCard] = ()
    problem: str = ""
    pictures: Sequence[CluePhoto] = ()


@dataclass(frozen=True)
class ImportLine:
    """One import in a list."""

    taken: FeedImport
    kind_name: str
    file_name: str
    organisation: str

    @property
    def aside(self) -> int:
        """Rows that were not taken."""
        return self.taken.rows_refused + self.taken.rows_unmatched


@dataclass(frozen=True)
class FeedsPage:
    """A department's deliveries, or those of all departments of a county."""

    form: DeliveryForm | None
    kinds: Sequence[FeedKind]
    freshness: Sequence[Freshness]
    lines: Sequence[ImportLine]
    page: KeyPage
    is_department: bool


@dataclass(frozen=True)
class Reason:
    """Why rows were not taken, and how many."""

    text: str
    column: str
    rows: int
    is_refused: bool


@dataclass(frozen=True)
class AsideLine:
    """One row that was not taken."""

    sheet: str
    number: int
    column: str
    reason: str
    is_refused: bool
    name: str = ""
    masked_id: str = ""


@dataclass(frozen=True)
class ImportPage:
    """What became of one import."""

    line: ImportLine
    kind: FeedKind
    layouts: Sequence[Layout]
    progress: Progress | None
    reasons: Sequence[Reason]
    aside: Sequence[AsideLine]
    more_aside: int
    is_own: bool
    is_moving: bool = False
    shows_people: bool = False
    counts: Sequence[tuple[str, str, int]] = ()
    pairs_waiting: int = 0

    @property
    def taken(self) -> FeedImport:
        return self.line.taken


@dataclass(frozen=True)
class HeadingRowShown:
    """One column of the mapping form."""

    column: Column
    bound: Any
    is_recognised: bool


@dataclass(frozen=True)
class HeadingsPage:
    """The headings as recognised, for correction."""

    line: ImportLine
    kind: FeedKind
    form: HeadingsForm
    sheets: Sequence[tuple[Layout, Sequence[HeadingRowShown]]] = field(default_factory=list)
    missing: Sequence[str] = ()


@dataclass(frozen=True)
class PairPoint:
    """One point of comparison: what the row says, what the register says, and how they agree in a word."""

    label: str
    row: Sequence[tuple[str, bool]]
    person: Sequence[tuple[str, bool]]
    level: str
    word: str


@dataclass(frozen=True)
class PairCard:
    """One question of the queue."""

    pair: MatchPair
    source: str
    points: Sequence[PairPoint]
    rows: int
    others: int
    household: HouseholdCard | None

    @property
    def likelihood(self) -> str:
        """How likely it is one person, in words that promise no more than they can."""
        return "没有评分" if self.pair.score is None else f"像同一个人的程度 {self.pair.score / 10:.1f} %"


@dataclass(frozen=True)
class PairsPage:
    """A page of the queue; `batch` is that of the page decided just now."""

    cards: Sequence[PairCard]
    waiting: int
    import_id: int | None
    batch: str = ""


@dataclass(frozen=True)
class DecisionLine:
    """One decision, with the person of the register it is about."""

    decision: MatchDecision
    name: str
    place: str
    rows: int


@dataclass(frozen=True)
class DecisionsPage:
    """What was decided, newest first."""

    lines: Sequence[DecisionLine]
    page: KeyPage
    may_decide: bool


@dataclass(frozen=True)
class ResultLine:
    """One row of an import in a list of what became of them."""

    sheet_number: int
    number: int
    who: str
    method: str
    score: int | None
    reason: str = ""
    household_id: int | None = None


@dataclass(frozen=True)
class RowsPage:
    """The rows behind one number of an import's result."""

    line: ImportLine
    label: str
    total: int
    rows: Sequence[ResultLine]
    page: KeyPage
    result: str


@dataclass(frozen=True)
class InterfaceKeyLine:
    """A department's key in a list: what it opens in words, and how it stands."""

    key: InterfaceKey
    opens: str
    state: str
    is_live: bool


@dataclass(frozen=True)
class InterfaceKeysPage:
    """Departments' keys, and the departments one can be made for."""

    lines: Sequence[InterfaceKeyLine]
    page: KeyPage
    departments: Sequence[tuple[int, str]]
    is_department: bool


@dataclass(frozen=True)
class InterfaceKeyMadePage:
    """A key right after it was made: its text is shown this once."""

    line: InterfaceKeyLine
    token: str
    address: str
