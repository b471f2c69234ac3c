"""The one machine that moves every case, whatever its pack calls the stages.

A write locks the case, proves that this viewer may act at this stage, raises the case's version by one and leaves
events, a decision where something was judged, and an audit entry, all in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.casework.errors import (
    CaseClosed,
    CaseNotFound,
    CaseStale,
    MoveUnknown,
    NotYourTurn,
    OwnWork,
    PapersRequired,
    ReasonUnknown,
    Recused,
    RequirementsOpen,
    StatementMissing,
    WrongStage,
)
from shouwang.casework.models import Case, CaseEvent, Decision, Pause
from shouwang.casework.rules import HELPING, SAID, Ending, came_back, may_hold
from shouwang.casework.selectors.barred import barred_users, is_barred, is_recused
from shouwang.casework.selectors.branching import case_way
from shouwang.casework.selectors.clocks import due_on_calendar
from shouwang.casework.selectors.flags import flags_check
from shouwang.casework.selectors.papers import papers_missing
from shouwang.casework.selectors.procedures import PASSIVE, procedure_for, workflow_for
from shouwang.casework.selectors.requirements import removal_way, requirements_open, requirements_told
from shouwang.casework.services.counting import task_clocks_set, total_clock_set
from shouwang.casework.services.profiling import profile_keep
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import KIND_LABELS, SYSTEM, Kind, Viewer, acting_as
from shouwang.register.selectors import state_on
from shouwang.register.services import household_status_set
from shouwang.rulebook.workflow import JUDGING, Act, End, Move, Stage

What = CaseEvent.What
APPROVED = "approve"  # the move of a decision that says yes to help


@dataclass(frozen=True)
class Statement:
    """What somebody states with a move."""

    clause: str = ""
    reason_key: str = ""
    reason: str = ""
    told: str = ""
    figures: dict[str, int] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        numbers_refuse(self.clause, self.reason, self.told)


def case_locked(*, viewer: Viewer, case_id: int, version: int | None, is_asked: bool = False) -> Case:
    """This function locks a case for one write; raises CaseNotFound, CaseStale or CaseClosed.

    `version` None: the writer did not show the case to anybody before. `is_asked`: the viewer's right comes from a task
    and has been proven already.
    """
    case = Case.objects.select_for_update().filter(pk=case_id).first()
    if case is None or not (is_asked or viewer.can_see(case.slot)):
        raise CaseNotFound
    if version is not None and case.version != version:
        raise stale_of(case, version)
    if not case.is_open:
        raise CaseClosed
    return case


def stale_of(case: Case, version: int) -> CaseStale:
    """This function returns the refusal that names who changed a case after a version."""
    theirs = list(CaseEvent.objects.filter(case=case, case_version__gt=version).order_by("pk"))
    return CaseStale(
        case_id=case.pk,
        version=case.version,
        theirs=theirs,
        stage_seen=theirs[0].stage if theirs else case.stage,
        **changed(theirs),
    )


def changed(events: Sequence[CaseEvent]) -> dict[str, str]:
    """This function returns who changed something last, and when; a person rather than what followed by itself."""
    last = next((event for event in reversed(events) if event.user_id), events[-1] if events else None)
    return {
        "changed_by": last.actor if last else "",
        "changed_at": f"{timezone.localtime(last.at):%Y-%m-%d %H:%M}" if last else "",
    }


def stage_at(case: Case, *acts: Act, wanted: str) -> Stage:
    """This function returns the stage a case stands at; raises WrongStage when it waits for another act."""
    stage = procedure_for(case).stages[case.stage]
    if stage.act not in acts:
        raise WrongStage(stage=stage.name, wanted=wanted)
    return stage


def actor_check(case: Case, stage: Stage, viewer: Viewer, *, also: Collection[str] = ()) -> None:
    """This function refuses who does not act at a stage, or would judge her own work."""
    if viewer.kind is Kind.SYSTEM:
        return
    holds = may_hold(
        holder_kind=stage.who.kind,
        holder_roles=stage.who.roles,
        kind=viewer.kind,
        role=viewer.role,
        is_in_area=viewer.can_see(case.slot),
    )
    if not holds and viewer.kind not in also:
        raise NotYourTurn(stage=stage.name, who=KIND_LABELS[Kind(stage.who.kind)])
    if is_barred(viewer, case):
        raise Recused if is_recused(viewer.user_id, case.household_id) else OwnWork(stage=stage.name)


def event_add(
    case: Case,
    *,
    viewer: Viewer,
    at: datetime,
    what: CaseEvent.What,
    text: str,
    move: str = "",
    to_stage: str = "",
    data: dict[str, Any] | None = None,
) -> CaseEvent:
    """This function appends an event at the case's present stage and version; refuses personal numbers in its text."""
    event = event_of(case, viewer=viewer, at=at, what=what, text=text, move=move, to_stage=to_stage, data=data)
    event.save(force_insert=True)
    return event


def event_of(
    case: Case,
    *,
    viewer: Viewer,
    at: datetime,
    what: CaseEvent.What,
    text: str,
    move: str = "",
    to_stage: str = "",
    data: dict[str, Any] | None = None,
) -> CaseEvent:
    """This function returns an event at the case's present stage and version, not saved yet; refuses as `event_add`."""
    numbers_refuse(text)
    return CaseEvent(
        case=case,
        slot=case.slot,
        at=at,
        what=what,
        stage=case.stage,
        stage_name=case.stage_name,
        to_stage=to_stage,
        move=move,
        text=text[:500],
        data=data or {},
        case_version=case.version,
        actor=viewer.label[:200],
        user_id=viewer.user_id,
        appointment_id=viewer.appointment_id,
        organisation_id=viewer.organisation_id,
    )


def case_audit(case: Case, *, viewer: Viewer, at: datetime, action: str, before: str, **after: Any) -> None:
    """This function appends the audit entry of a write; `before` is the stage it began at."""
    entry_append(
        viewer=viewer,
        action=action,
        subject_type="casework.Case",
        subject_id=case.pk,
        slot=case.slot,
        at=at,
        before={"stage": before},
        after={"stage": case.stage, "version": case.version, "outcome": case.outcome, **after},
    )


def case_enter(case: Case, stage_key: str, *, at: datetime, previous: Stage | None) -> None:
    """This function puts a case at a stage: who holds it, who may not act, when it is due. It does not save."""
    flow = workflow_for(case)
    stage = flow.stage(case.procedure, stage_key)
    on = at.astimezone(SHANGHAI).date()
    due = due_on_calendar(flow, stage.clock, on) if stage.clock else None
    case.stage, case.stage_name, case.act = stage_key, stage.name, stage.act.value
    case.holder_kind, case.holder_roles = stage.who.kind, list(stage.who.roles)
    case.stage_since_at = at
    case.due_on = due.on if due else None
    case.warn_on = due.warn_on if due else None
    case.is_due_provisional = due.is_provisional if due else False
    case.expires_on = due.expires_on if due and stage.lapse else None
    total_clock_set(case, flow, on=on)
    case.barred_user_ids = barred_users(case, stage) if case.pk else []
    case.is_returned = previous is not None and came_back(
        holder=stage.who.kind, previous_holder=previous.who.kind, held_before=_held_before(case),
        waited=previous.act.value in PASSIVE,
    )  # fmt: skip


def pause_end(case: Case, *, at: datetime, by: str) -> None:
    """This function ends a running pause of a case that leaves its stage; the clock of the next one is its own."""
    if case.paused_until is None:
        return
    on = at.astimezone(SHANGHAI).date()
    pause = Pause.objects.get(case=case, resumed_on__isnull=True)
    pause.resumed_on = min(max(on, pause.paused_on), pause.until_on)
    pause.resumed_by = by[:200]
    pause.save(update_fields=["resumed_on", "resumed_by"])
    case.paused_until, case.pause_reason = None, ""
    task_clocks_set(case)


def _held_before(case: Case) -> set[str]:
    """This function returns the kinds that had a case before its present move, whose event is the newest."""
    stages = procedure_for(case).stages
    keys = CaseEvent.objects.filter(case=case).exclude(to_stage="").order_by("pk").values_list("to_stage", flat=True)
    earlier = list(keys)[:-1]
    return {stages[key].who.kind for key in earlier if key in stages and stages[key].act.value not in PASSIVE}


def case_move(
    case: Case,
    *,
    viewer: Viewer,
    at: datetime,
    move_key: str,
    statement: Statement | None = None,
    what: CaseEvent.What | None = None,
    text: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    """This function takes a case out of its stage by one of the pack's moves, to a stage or to an end, and saves it.

    The caller has locked the case and checked the actor. Raises MoveUnknown, StatementMissing, ReasonUnknown,
    RequirementsOpen.
    """
    flow = workflow_for(case)
    stage = flow.stage(case.procedure, case.stage)
    move = stage.moves.get(move_key)
    if move is None:
        raise MoveUnknown(stage=stage.name)
    stated = _complete(statement or Statement(), move, case)
    on = at.astimezone(SHANGHAI).date()
    if move_key in HELPING and stage.act in (Act.REVIEW, Act.DECIDE) and not case.is_removal:
        flags_check(case, on=on)
    way = case_way(case, move, on=on)
    branch = {} if way is move else {"branch": way.name}
    held = {"requirements": requirements_hold(case, move, confirmed=stated.confirmed, on=on)} if move.holds else {}
    pause_end(case, at=at, by=viewer.label)
    is_judged = stage.act in JUDGING
    event = event_add(
        case,
        viewer=viewer,
        at=at,
        what=what or (What.DECIDED if is_judged else What.MOVED),
        text=(f"{way.name}。" if branch else "") + (text or _sentence(stage, move, stated)),
        move=move_key,
        to_stage=way.to or "",
        data={**(data or {}), **branch, **held},
    )
    if event.what == What.SENT:
        case.sent_at = case.sent_at or at
    if is_judged:
        if stage.act is Act.DECIDE and move_key == APPROVED:
            case.approved_at = case.approved_at or at
        _decision_add(case, stage, move, move_key, stated, viewer=viewer, at=at, event=event)
    if way.end is not None:
        case_end(case, viewer=viewer, at=at, end_key=way.end, reason=stated.reason)
    else:
        case_enter(case, way.to or "", at=at, previous=stage)
        if case.act == Act.HELP:
            _questions_end(case, at=at)
    case.save()


def _questions_end(case: Case, *, at: datetime) -> None:
    """This function takes back what is still asked once it is decided: an answer could change nothing any more."""
    from shouwang.casework.services.tasks import tasks_end_all

    tasks_end_all(case, viewer=SYSTEM, at=at, why="已经决定救助", is_asked_only=True)


def case_end(case: Case, *, viewer: Viewer, at: datetime, end_key: str, reason: str) -> None:
    """This function closes a case with one of the pack's ends: no stage, no holder, causes and tasks set free.

    It does not save the case.
    """
    from shouwang.casework.services.tasks import tasks_end_all

    end = procedure_for(case).ends[end_key]
    pause_end(case, at=at, by=viewer.label)
    tasks_end_all(case, viewer=SYSTEM, at=at)
    event_add(
        case,
        viewer=viewer,
        at=at,
        what=What.CLOSED,
        text=f"结案：{end.name}" + (f"。{reason}" if reason else ""),
        data={"ending": end.ending, "end": end_key},
    )
    on = at.astimezone(SHANGHAI).date()
    case.stage = case.stage_name = case.act = case.holder_kind = ""
    case.holder_roles, case.barred_user_ids, case.is_returned = [], [], False
    case.due_on = case.warn_on = case.expires_on = None
    if case.total_due_on is not None:
        case.total_met_on = case.total_met_on or on
    case.is_due_provisional = False
    case.closed_at, case.closed_on = at, max(on, case.opened_on)
    with acting_as(SYSTEM):
        if noted := _noted(case, end, on):
            household_status_set(
                viewer=SYSTEM, household_id=case.household_id, on=on, at=at, source_ref=f"case:{case.pk}",
                reason=f"{viewer.label}：{end.name}", **noted,
            )  # fmt: skip
    case.outcome, case.end_key, case.end_name, case.end_reason = end.ending, end_key, end.name, reason[:500]
    case.cause_rows.update(is_open=False)


def _noted(case: Case, end: End, on: date) -> dict[str, Any]:
    """This function returns what the register notes when a case ends: what the pack says, with its dates.

    A household that was never watched, or whose risk was removed, is identified anew; one that is watched stays
    identified since the day it was.
    """
    facts: dict[str, Any] = dict(end.sets)
    if end.ending == Ending.REMOVED:
        return facts | {"removed_date": on, "removal": removal_way(case)}
    if "watch_type" in facts:
        state = state_on(SYSTEM, case.household_id, on)
        is_watched = state is not None and state.watch_type and (state.removed_date is None or state.removed_date > on)
        if not is_watched:
            facts |= {"identified_date": on, "removed_date": None, "removal": ""}
    return facts


def _complete(stated: Statement, move: Move, case: Case) -> Statement:
    """This function fills in what a chosen reason says, and refuses what the pack wants and nobody stated."""
    reasons = workflow_for(case).reasons_of(move.reasons)
    if move.told and not stated.told.strip() and not stated.reason_key:
        stated = replace(stated, told=move.told)
    if stated.reason_key:
        chosen = reasons.get(stated.reason_key)
        if chosen is None:
            raise ReasonUnknown
        stated = Statement(
            clause=stated.clause.strip(),
            reason_key=stated.reason_key,
            reason=stated.reason.strip() or chosen.name,
            told=stated.told.strip() or chosen.told,
            figures=stated.figures,
            confirmed=stated.confirmed,
        )
    for need in move.needs:
        if not str(getattr(stated, need)).strip():
            raise StatementMissing(need)
    missing = papers_missing(case, move.requires)
    if missing:
        raise PapersRequired(move=move.name, names=missing)
    return stated


def requirements_hold(case: Case, move: Move, *, confirmed: Collection[str], on: date) -> dict[str, str]:
    """This function returns how each requirement of a move was settled on a day; raises RequirementsOpen naming all
    that do not hold, cannot be told, or that nobody confirmed.
    """
    open_ = requirements_open(case, move, confirmed=confirmed, on=on)
    if open_:
        raise RequirementsOpen(move=move.name, open_=open_)
    return requirements_told(case, move, on=on)


def _sentence(stage: Stage, move: Move, stated: Statement) -> str:
    return f"{stage.name}：{move.name}" + (f"。{stated.reason.strip()}" if stated.reason.strip() else "")


def _decision_add(
    case: Case,
    stage: Stage,
    move: Move,
    move_key: str,
    stated: Statement,
    *,
    viewer: Viewer,
    at: datetime,
    event: CaseEvent,
) -> None:
    if move_key in SAID and not case.is_removal:
        profile_keep(case, at=at)
    Decision.objects.create(
        case=case,
        slot=case.slot,
        event=event,
        at=at,
        stage=case.stage,
        stage_name=stage.name,
        act=stage.act.value,
        move=move_key,
        move_name=move.name,
        clause=stated.clause.strip()[:300],
        reason_key=stated.reason_key,
        reason=stated.reason.strip()[:1000],
        told=stated.told.strip()[:1000] if "told" in move.needs or move.told else "",
        figures=stated.figures,
        actor=viewer.label[:200],
        user_id=viewer.user_id,
        appointment_id=viewer.appointment_id,
        organisation_id=viewer.organisation_id,
    )
