"""Reads of cases: lists, one case, its history, what a viewer may do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet

from shouwang.casework.errors import CaseNotFound
from shouwang.casework.models import Case, CaseCause, CaseEvent, CaseSource, Decision
from shouwang.casework.rules import may_hold
from shouwang.casework.selectors.barred import is_barred, is_recused
from shouwang.casework.selectors.procedures import PASSIVE, procedure_for
from shouwang.kit.codes import Risk
from shouwang.people.access import KIND_LABELS, Kind, Role, Viewer
from shouwang.rulebook.workflow import Move
from shouwang.ui.pages import Happened


def cases_visible_to(viewer: Viewer) -> QuerySet[Case]:
    """This function returns the cases of the viewer's areas; none for departments and insurers, who see tasks only."""
    if not viewer.reads_register:
        return Case.objects.none()
    return Case.objects.filter(viewer.q())


def case_get(viewer: Viewer, case_id: int) -> Case:
    """This function returns one case; raises CaseNotFound, also for one out of sight."""
    case = (
        cases_visible_to(viewer).select_related("pack_version").defer("pack_version__files").filter(pk=case_id).first()
    )
    if case is None:
        raise CaseNotFound
    return case


def case_about(case: Case) -> list[str]:
    """This function returns what a case is about in words: its causes, or that it removes a risk."""
    return ["风险消除"] if case.is_removal else [Risk(cause).label for cause in case.causes]


def cases_of_household(viewer: Viewer, household_id: int) -> QuerySet[Case]:
    """This function returns a household's cases, newest first, with their causes."""
    cases = cases_visible_to(viewer).filter(household_id=household_id)
    return cases.prefetch_related("cause_rows").order_by("-opened_at", "-pk")


def cases_of_cause(cases: QuerySet[Case], cause: str) -> QuerySet[Case]:
    """This function keeps the cases that have a cause."""
    return cases.filter(Exists(CaseCause.objects.filter(case=OuterRef("pk"), cause=cause)))


def cases_reported_by(viewer: Viewer) -> QuerySet[Case]:
    """This function returns the cases in sight that the viewer's organisation reported."""
    sources = CaseSource.objects.filter(case=OuterRef("pk"), organisation_id=viewer.organisation_id)
    return cases_visible_to(viewer).filter(Exists(sources))


@dataclass(frozen=True)
class TimelineLine:
    """One thing that happened to a case, with who did it and, where something was decided, the decision."""

    at: datetime
    what: str
    what_label: str
    text: str
    stage_name: str
    actor: str
    case_version: int
    decision: Decision | None


def case_timeline(case: Case) -> list[TimelineLine]:
    """This function returns everything that happened to a case in sight, newest first."""
    events = CaseEvent.objects.filter(case=case).select_related("decision").order_by("-pk")
    return [timeline_line(event) for event in events]


def timeline_line(event: CaseEvent) -> TimelineLine:
    """This function returns an event as a page shows it."""
    return TimelineLine(
        at=event.at,
        what=event.what,
        what_label=event.get_what_display(),
        text=event.text,
        stage_name=event.stage_name,
        actor=event.actor,
        case_version=event.case_version,
        decision=getattr(event, "decision", None),
    )


def happened(events: Iterable[object]) -> list[Happened]:
    """This function returns the events that overtook a write as a page shows them."""
    lines = [timeline_line(event) for event in events if isinstance(event, CaseEvent)]
    return [Happened(line.at, line.what_label, line.text, line.actor) for line in lines]


def case_decisions(case: Case) -> list[Decision]:
    """This function returns a case's decisions, oldest first."""
    return list(Decision.objects.filter(case=case).order_by("pk"))


def events_between(*, since: datetime, until: datetime, slots: Iterable[tuple[int, int]]) -> QuerySet[CaseEvent]:
    """This function returns the events of some areas in [since, until), for trends and funnels."""
    found = CaseEvent.objects.none()
    for lo, hi in slots:
        found = found | CaseEvent.objects.filter(slot__gte=lo, slot__lte=hi, at__gte=since, at__lt=until)
    return found


@dataclass(frozen=True)
class StageAction:
    """What comes next on a case, and whether this viewer may do it.

    `act` is the act of the stage (see `rulebook.workflow.Act`), empty when closed; `moves` the pack's ways out.
    `why_not` is the sentence for who may not act; empty when she may.
    """

    act: str
    stage: str
    stage_name: str
    step: str
    who: str
    may_act: bool
    why_not: str
    moves: dict[str, Move]
    due_on: date | None


def case_stage_action(viewer: Viewer, case: Case) -> StageAction:
    """This function tells what the case waits for and whether the viewer may do it."""
    if not case.is_open:
        return StageAction("", "", "", "", "", False, f"已结案：{case.end_name}", {}, None)
    stage = procedure_for(case).stages[case.stage]
    who = KIND_LABELS[Kind(stage.who.kind)]
    holds = may_hold(
        holder_kind=stage.who.kind,
        holder_roles=stage.who.roles,
        kind=viewer.kind,
        role=viewer.role,
        is_in_area=viewer.can_see(case.slot),
    )
    why_not = ""
    if not holds:
        why_not = f"等{who}办理" if stage.act.value not in PASSIVE else "等各单位反馈"
    elif is_barred(viewer, case):
        is_kin = is_recused(viewer.user_id, case.household_id)
        own = "您在前面经手过这个案件" if viewer.user_id in case.barred_user_ids else "您代理的人在前面经手过这个案件"
        why_not = "您对这一户申报过回避" if is_kin else own
        why_not += "，这一步要由别人来办"
    return StageAction(
        act=stage.act.value,
        stage=case.stage,
        stage_name=stage.name,
        step=stage.step,
        who=who,
        may_act=not why_not,
        why_not=why_not,
        moves=dict(stage.moves),
        due_on=case.due_on,
    )


def may_close(viewer: Viewer, case: Case) -> dict[str, str]:
    """This function returns the closings outside the procedure that the viewer may use: key → name."""
    if not case.is_open or viewer.role not in (Role.CLERK, Role.LEADER) or not viewer.can_see(case.slot):
        return {}
    return {key: closing.name for key, closing in procedure_for(case).closings.items() if viewer.kind in closing.by}
