"""What the pages of casework show: one frozen dataclass a page, and the pieces they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.forms import Form

from shouwang.casework.forms import JoinForm, PartForm
from shouwang.casework.models import (
    Answer,
    Attachment,
    Case,
    Council,
    CouncilItem,
    Decision,
    Notice,
    Pause,
    Recusal,
    Task,
    Transfer,
)
from shouwang.casework.selectors import FigureLine, StageAction, TimelineLine
from shouwang.casework.selectors.clocks import PauseBudget
from shouwang.casework.selectors.councils import MinutesItem, MinutesText
from shouwang.casework.selectors.doubles import Double
from shouwang.casework.selectors.flags import CaseFlag
from shouwang.casework.selectors.shown import FactGroup
from shouwang.casework.selectors.similar import Likeness
from shouwang.kit.dates import SHANGHAI
from shouwang.register.selectors import HouseholdCard
from shouwang.rulebook.notice import Notice as NoticeRule
from shouwang.rulebook.requirements import Requirement
from shouwang.rulebook.values import Provision
from shouwang.rulebook.workflow import CLOCK_UNITS
from shouwang.rulebook.workflow import Task as TaskKind
from shouwang.ui.pages import Happened
from shouwang.ui.tables import KeyPage, Table


@dataclass(frozen=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Filter:
    """One select of the filter row; its value stays in the address under `name`."""

    name: str
    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class ListPage:
    """The list of cases."""

    title: str
    total: int
    table: Table
    page: KeyPage
    filters: Sequence[Filter]
    text: str
    tabs: Sequence[tuple[str, str, bool, int | str]]
    kept: Mapping[str, str]
    is_filtered: bool
    problem: str = ""
    counted: int = 100_000

    @property
    def is_more(self) -> bool:
        """There are more cases than were counted."""
        return self.total > self.counted


@dataclass(frozen=True)
class CaseHead:
    """What every page about one case shows on top: whose it is, the lamp, where it stands."""

    case: Case
    lamp: str
    lamp_note: str
    card: HouseholdCard | None
    causes: Sequence[str]
    steps: Sequence[tuple[str, str, str]]
    action: StageAction
    days_late: int

    @property
    def name(self) -> str:
        return self.card.head_name if self.card else "（本户不在可见范围）"

    @property
    def place(self) -> str:
        return self.card.place if self.card else ""


@dataclass(frozen=True)
class Evidence:
    """One clue or warning of a case: what was said or measured, against which threshold, under which clause."""

    title: str
    source: str
    at: datetime
    facts: Sequence[tuple[str, str]]
    text: str = ""
    clause: str = ""
    lines: Sequence[str] = ()
    href: str = ""
    href_label: str = ""
    source_id: int = 0


@dataclass(frozen=True)
class PaperLine:
    """One photo or PDF as a page lists it; `where` is the place a posting's photo was taken at, in words."""

    attachment: Attachment
    size: str
    is_photo: bool
    may_withdraw: bool = False

    @property
    def is_older(self) -> bool:
        """A posting's photo says that it was taken before the day of posting."""
        notice, taken = self.attachment.notice, self.attachment.taken_at
        return notice is not None and taken is not None and taken.astimezone(SHANGHAI).date() < notice.posted_on

    @property
    def where(self) -> str:
        """Latitude and longitude of a posting's photo, empty when it told none."""
        row = self.attachment
        if row.latitude is None or row.longitude is None:
            return ""
        north, east = ("北纬" if row.latitude >= 0 else "南纬"), ("东经" if row.longitude >= 0 else "西经")
        return f"{north} {abs(row.latitude):.5f}，{east} {abs(row.longitude):.5f}"


@dataclass(frozen=True)
class PapersPage:
    """The papers of a case, and the form that adds to them."""

    head: CaseHead
    papers: Sequence[PaperLine]
    form: Form | None
    why_not: str


@dataclass(frozen=True)
class TaskLine:
    """One task of a case with its answer."""

    task: Task
    kind: TaskKind
    answer: Answer | None
    verdict: str
    figures: Sequence[FigureLine]
    days_late: int
    is_mine: bool = False
    may_withdraw: bool = False
    papers: Sequence[PaperLine] = ()
    offered_to: str = ""


@dataclass(frozen=True)
class Action:
    """The one main action of a page."""

    label: str
    href: str


@dataclass(frozen=True)
class DoubleLine:
    """Two open cases of one household, the household, and the causes of each in words."""

    pair: Double
    card: HouseholdCard | None
    causes: tuple[str, str]


@dataclass(frozen=True)
class DoublesPage:
    """Possible doubles of an area, or of one case with the form that decides."""

    lines: Sequence[DoubleLine]
    may_join: bool
    head: CaseHead | None = None
    form: JoinForm | None = None


@dataclass(frozen=True)
class PartPage:
    """Taking a source out of a case."""

    head: CaseHead
    form: PartForm
    evidence: Sequence[Evidence]


@dataclass(frozen=True)
class EarlierCase:
    """Another case of the same household: what it was about, how it stands or ended, what it brought."""

    case: Case
    lamp: str
    lamp_note: str
    causes: Sequence[str]
    decision: Decision | None
    amount: str


@dataclass(frozen=True)
class CasePage:
    """One case."""

    head: CaseHead
    main: Action | None
    others: Sequence[Action]
    evidence: Sequence[Evidence]
    tasks: Sequence[TaskLine]
    decisions: Sequence[Decision]
    timeline: Sequence[TimelineLine]
    pack_name: str
    pack_href: str
    papers: Sequence[PaperLine] = ()
    may_attach: bool = False
    may_renew: bool = False
    earlier: Sequence[EarlierCase] = ()
    flags: Sequence[CaseFlag] = ()
    may_look: bool = False


@dataclass(frozen=True)
class RecusalsPage:
    """Who stepped aside from a case's household, and the form that ends it."""

    head: CaseHead
    rows: Sequence[Recusal]
    form: Form
    chosen: int | None

    @property
    def standing(self) -> Sequence[Recusal]:
        """Those that have not ended."""
        return [row for row in self.rows if row.ended_at is None]


@dataclass(frozen=True)
class LeaverPage:
    """交接清单: what somebody worked on that is still open, and what waits at her desk."""

    name: str
    appointment: str
    cases: Table
    tasks: Table
    total: int
    colleagues: Sequence[tuple[int, str, bool]]


@dataclass(frozen=True)
class FlagPage:
    """Looking at one flag of a case."""

    head: CaseHead
    flag: CaseFlag
    form: Form


@dataclass(frozen=True)
class SaidLine:
    """What one source says of a case: a report, the register, a body that was asked; amounts in fen by column."""

    title: str
    source: str
    verdict: str
    text: str
    amounts: Sequence[int | None]
    others: Sequence[FigureLine] = ()
    at: datetime | None = None
    is_stated: bool = False


@dataclass(frozen=True)
class StudyPage:
    """综合研判材料: everything a decision on one case rests on, from all sources, and how alike cases were decided."""

    head: CaseHead
    main: Action | None
    columns: Sequence[str]
    said: Sequence[SaidLine]
    differences: Sequence[str]
    waiting: int
    evidence: Sequence[Evidence]
    blocks: Sequence[FactGroup]
    likeness: Likeness
    alike_by: Sequence[str]
    decisions: Sequence[Decision]
    flags: Sequence[CaseFlag] = ()
    may_look: bool = False


@dataclass(frozen=True)
class Offer:
    """One task that can be sent: to whom, what is asked and why, what it will show, until when."""

    key: str
    name: str
    kind: TaskKind
    organisation: str
    why: str
    shows: str
    due_on: date
    is_provisional: bool
    is_suggested: bool
    is_chosen: bool


@dataclass(frozen=True)
class DispatchPage:
    """送核查."""

    head: CaseHead
    suggested: Sequence[Offer]
    others: Sequence[Offer]
    missing: Sequence[Offer]
    evidence: Sequence[Evidence]
    note: str = ""
    problem: str = ""


@dataclass(frozen=True)
class TaskPage:
    """One task as the organisation that must answer sees it."""

    task: Task
    kind: TaskKind
    name: str
    blocks: Sequence[FactGroup]
    form: Form | None
    figures: Sequence[tuple[Any, str]]
    answer: Answer | None
    verdict: str
    answer_figures: Sequence[FigureLine]
    days_late: int
    warns: bool
    case_href: str = ""
    papers: Sequence[PaperLine] = ()
    transfers: Sequence[Transfer] = ()

    @property
    def is_offered(self) -> bool:
        """Another body has been proposed and has not answered yet."""
        return any(transfer.state == "PROPOSED" for transfer in self.transfers)


@dataclass(frozen=True)
class TransferPage:
    """Proposing another body for a task, or answering such a proposal."""

    title: str
    form: Form | None
    task: Task | None = None
    transfer: Transfer | None = None


@dataclass(frozen=True)
class TasksPage:
    """The tasks of one's own organisation."""

    title: str
    table: Table
    page: KeyPage
    tabs: Sequence[tuple[str, str, bool, int | str]]
    total: int
    transfers: Sequence[Transfer] = ()


@dataclass(frozen=True)
class JudgePage:
    """A decision on one case: check, review, decision, settlement."""

    head: CaseHead
    form: Form
    tasks: Sequence[TaskLine]
    evidence: Sequence[Evidence]
    decisions: Sequence[Decision]
    reasons: Sequence[tuple[str, str, str]]
    counts: str
    turns: Sequence[tuple[str, str]] = ()
    study_href: str = ""
    requirements: Sequence[Requirement] = ()


@dataclass(frozen=True)
class ConfirmPage:
    """Asked once before a case is closed or many are decided: what will happen to whom."""

    title: str
    happens: Sequence[str]
    button: str
    carried: Sequence[tuple[str, str]]
    back: str
    told: str = ""
    rows: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class AgendaLine:
    """One case that waits for the leading group."""

    head: CaseHead
    review: str
    answers: str
    figures: Sequence[FigureLine]
    value: str
    is_chosen: bool


@dataclass(frozen=True)
class MeetingPage:
    """The leading group's agenda."""

    lines: Sequence[AgendaLine]
    total: int
    form: Form
    reasons: Sequence[tuple[str, str, str]]
    page: KeyPage


@dataclass(frozen=True)
class RefusedLine:
    """One case of several that was not decided: why, and what others did with it."""

    name: str
    message: str
    href: str
    theirs: Sequence[Happened]


@dataclass(frozen=True)
class MeetingRefusedPage:
    """The cases that were not decided with the others; `waiting` of them can still be, with what was typed."""

    refused: Sequence[RefusedLine]
    done: int
    mine: Sequence[tuple[str, str]]
    waiting: int
    carried: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ClosePage:
    """Closing outside the procedure."""

    head: CaseHead
    form: Form


@dataclass(frozen=True)
class NoticesPage:
    """The cases that wait to be posted or hang now, to be printed on one sheet a village."""

    lines: Sequence[NoticeWaiting]


@dataclass(frozen=True)
class NoticeWaiting:
    """One case that waits to be posted or hangs now."""

    head: CaseHead
    subject: str
    state: str
    is_hanging: bool


@dataclass(frozen=True)
class NoticePage:
    """The notice of a case: the sheet to be posted, the one that hangs, the earlier ones."""

    head: CaseHead
    rule: Provision[NoticeRule] | None
    preview: Sequence[Sequence[str]]
    sheets: Sequence[Notice]
    hanging: Notice | None
    has_run: bool
    may_finish: bool
    why_not: str
    post_form: Form | None
    object_form: Form | None
    proof_form: Form | None = None
    needs_photo: bool = False
    photos: Mapping[int, Sequence[PaperLine]] = field(default_factory=dict)

    @property
    def sheets_with_photos(self) -> Sequence[tuple[Notice, Sequence[PaperLine]]]:
        """The sheets, newest first, each with the photos that prove it."""
        return [(sheet, self.photos.get(sheet.pk, ())) for sheet in self.sheets]

    @property
    def lacks_photo(self) -> bool:
        """What hangs is not proven yet, and has to be."""
        return self.needs_photo and self.hanging is not None and not self.photos.get(self.hanging.pk)

    @property
    def period(self) -> str:
        """For how long the sheet hangs, in words."""
        if self.rule is None:
            return ""
        return f"{self.rule.value.days} 个{CLOCK_UNITS[self.rule.unit]}"


@dataclass(frozen=True)
class PausePage:
    """Stopping the clock of a case: the form, what is left of its days, the pauses so far."""

    head: CaseHead
    form: Form | None
    budget: PauseBudget
    pauses: Sequence[Pause]
    may_resume: bool


@dataclass(frozen=True)
class CouncilsPage:
    """The meetings of the leading group."""

    lines: Sequence[Council]
    may_call: bool
    waiting: int


@dataclass(frozen=True)
class CouncilFormPage:
    """Calling a meeting, or correcting what is said of one."""

    title: str
    form: Form
    button: str
    back: str


@dataclass(frozen=True)
class CouncilLine:
    """One case of an agenda."""

    item: CouncilItem
    text: MinutesItem
    may_decide: bool
    is_gone: bool


@dataclass(frozen=True)
class CouncilPage:
    """One meeting: its agenda, who took part, its minutes."""

    council: Council
    said: MinutesText
    lines: Sequence[CouncilLine]
    may_amend: bool
    may_record: bool
    may_sign: bool
    why_not_sign: str
    unsettled: int

    @property
    def may_decide(self) -> bool:
        """Whether the reader may note the decision on any case."""
        return any(line.may_decide for line in self.lines)


@dataclass(frozen=True)
class CouncilItemPage:
    """One case of an agenda, to be decided or put off."""

    item: CouncilItem
    head: CaseHead
    form: Form
    put_off: Form
    tasks: Sequence[TaskLine]
    evidence: Sequence[Evidence]
    decisions: Sequence[Decision]
    reasons: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class RenewPage:
    """Moving a case to the policy in force: what that changes, or why it cannot be."""

    head: CaseHead
    form: Form | None
    why_not: str
    changes: Sequence[str]
    newer_name: str
