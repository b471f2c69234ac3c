"""What the pages of casework show: one frozen dataclass a page, and the pieces they share."""

from shouwang.casework.contexts.case import CasePage, EarlierCase, ListPage, PapersPage, SaidLine, StudyPage
from shouwang.casework.contexts.deciding import (
    ClosePage,
    ConfirmPage,
    FlagPage,
    JudgePage,
    LeaverPage,
    PausePage,
    RecusalsPage,
    RenewPage,
)
from shouwang.casework.contexts.doubles import DoubleLine, DoublesPage, PartPage
from shouwang.casework.contexts.meetings import (
    AgendaLine,
    CouncilFormPage,
    CouncilItemPage,
    CouncilLine,
    CouncilPage,
    CouncilsPage,
    MeetingPage,
    MeetingRefusedPage,
    RefusedLine,
)
from shouwang.casework.contexts.notices import NoticePage, NoticesPage, NoticeWaiting
from shouwang.casework.contexts.shared import Action, CaseHead, Choice, Evidence, Filter, PaperLine, TaskLine
from shouwang.casework.contexts.tasks import DispatchPage, Offer, TaskPage, TasksPage, TransferPage

__all__ = [
    "Action",
    "AgendaLine",
    "CaseHead",
    "CasePage",
    "Choice",
    "ClosePage",
    "ConfirmPage",
    "CouncilFormPage",
    "CouncilItemPage",
    "CouncilLine",
    "CouncilPage",
    "CouncilsPage",
    "DispatchPage",
    "DoubleLine",
    "DoublesPage",
    "EarlierCase",
    "Evidence",
    "Filter",
    "FlagPage",
    "JudgePage",
    "LeaverPage",
    "ListPage",
    "MeetingPage",
    "MeetingRefusedPage",
    "NoticePage",
    "NoticeWaiting",
    "NoticesPage",
    "Offer",
    "PaperLine",
    "PapersPage",
    "PartPage",
    "PausePage",
    "RecusalsPage",
    "RefusedLine",
    "RenewPage",
    "SaidLine",
    "StudyPage",
    "TaskLine",
    "TaskPage",
    "TasksPage",
    "TransferPage",
]
