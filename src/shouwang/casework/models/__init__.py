"""Cases with their causes, sources, events, decisions, tasks and answers."""

from shouwang.casework.models.cases import ENDINGS, Case, CaseCause, CaseDistinct, CaseEvent, CaseSource
from shouwang.casework.models.counting import Funnel, FunnelChange, Stay, StayChange, Tally, TallyChange, TallyFinding
from shouwang.casework.models.deciding import CaseProfile, Decision, FlagLook, Recusal
from shouwang.casework.models.meetings import Appraisal, Council, CouncilItem, CouncilMember
from shouwang.casework.models.notices import Notice, Objection
from shouwang.casework.models.papers import Attachment
from shouwang.casework.models.tasks import Answer, Escalation, Pause, Task, Transfer

__all__ = [
    "ENDINGS",
    "Answer",
    "Appraisal",
    "Attachment",
    "Case",
    "CaseCause",
    "CaseDistinct",
    "CaseEvent",
    "CaseProfile",
    "CaseSource",
    "Council",
    "CouncilItem",
    "CouncilMember",
    "Decision",
    "Escalation",
    "FlagLook",
    "Funnel",
    "FunnelChange",
    "Notice",
    "Objection",
    "Pause",
    "Recusal",
    "Stay",
    "StayChange",
    "Tally",
    "TallyChange",
    "TallyFinding",
    "Task",
    "Transfer",
]
