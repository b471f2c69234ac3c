"""A decision on one case: the township's check, the review, the leading group's decision, what follows a visit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.contexts import CaseHead, ConfirmPage, JudgePage, TaskLine
from shouwang.casework.errors import (
    CaseStale,
    MeetingUnsound,
    NotYourTurn,
    OwnWork,
    Recused,
    RequirementsOpen,
    VoteContradicts,
)
from shouwang.casework.forms import AppraiseForm, JudgeForm
from shouwang.casework.models import Case
from shouwang.casework.selectors import case_decisions, workflow_for
from shouwang.casework.selectors.barred import is_barred, is_recused
from shouwang.casework.selectors.branching import ways_turned
from shouwang.casework.selectors.procedures import procedure_for
from shouwang.casework.selectors.requirements import requirements_of
from shouwang.casework.services import case_appraise, case_judge
from shouwang.casework.services.judging import AUTOMATIC
from shouwang.casework.views import ACTING_ROLES, ACTORS, STUDIERS
from shouwang.casework.views.answers import confirm, overtaken, stale
from shouwang.casework.views.heads import case_evidence, case_head, case_shown, task_lines
from shouwang.people.access import Viewer, requires
from shouwang.rulebook.requirements import Requirement
from shouwang.rulebook.workflow import Act, Move, Reason
from shouwang.ui.pages import carried, is_resumed, typed_lines

JUDGED = {Act.AMEND, Act.CHECK, Act.ANSWERS, Act.REVIEW, Act.DECIDE, Act.SETTLE, Act.APPRAISE}


@require_http_methods(["GET", "POST"])
@requires(*ACTORS, roles=ACTING_ROLES)
def judge(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function shows what a decision rests on, and records it; one that closes the case is asked once more."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    head = case_head(viewer, found, on)
    error = overtaken(request, found)
    if error is not None:
        return _stale(request, head, error)
    if head.action.act not in JUDGED:
        messages.info(request, f"这个案件现在处于“{head.action.stage_name or found.end_name}”。")
        return redirect("casework:case", case_id)
    form = judge_form(request, found, found.stage)
    if request.method == "POST" and not is_resumed(request) and form.is_valid():
        if form.chosen.end and "confirm" not in request.POST:
            return confirm(request, _closing(request, head, form))
        try:
            is_recorded = _judged(request, case_id, form)
        except CaseStale as late:
            return _stale(request, case_head(viewer, case_shown(viewer, case_id, on), on), late)
        if is_recorded:
            messages.success(request, f"已办理：{form.chosen.name}。")
            return redirect("casework:case", case_id)
    if not head.action.may_act:
        if is_recused(viewer.user_id, found.household_id):
            raise Recused
        refusal = OwnWork if is_barred(viewer, found) else None
        raise (
            refusal(stage=head.action.stage_name)
            if refusal
            else NotYourTurn(stage=head.action.stage_name, who=head.action.who)
        )
    lines = task_lines(viewer, found, on)
    page = JudgePage(
        head=head,
        form=form,
        tasks=lines,
        evidence=case_evidence(viewer, found),
        decisions=case_decisions(found),
        reasons=[(key, reason.name, reason.told) for key, reason in form.reasons.items()],
        counts=_counts(lines),
        requirements=[one for one in requirements_shown(found, head.action.moves) if not one.is_asked],
        turns=[
            (head.action.moves[key].name, way.name) for key, way in ways_turned(found, head.action.moves, on=on).items()
        ],
        study_href=reverse("casework:study", args=[case_id]) if viewer.kind in STUDIERS else "",
    )
    status = 422 if request.method == "POST" and not is_resumed(request) else 200
    return render(request, "casework/judge.html", {"page": page}, status=status)


def _stale(request: HttpRequest, head: CaseHead, error: CaseStale) -> HttpResponse:
    """This function shows who was faster; the form can go on where the case still waits for the same decision."""
    is_same = head.action.may_act and head.case.stage == error.stage_seen
    mine = typed_lines(judge_form(request, head.case, error.stage_seen))
    return stale(request, error=error, mine=mine, resume=request.path if is_same else "")


def judge_form(request: HttpRequest | None, case: Case, stage_key: str) -> JudgeForm:
    """This function returns the form of one of a case's stages, bound to what was posted (None: to nothing)."""
    flow = workflow_for(case)
    stage = procedure_for(case).stages.get(stage_key)
    moves = {key: move for key, move in (stage.moves if stage else {}).items() if key not in AUTOMATIC}
    reasons: dict[str, Reason] = {}
    for move in moves.values():
        reasons |= flow.reasons_of(move.reasons)
    questions = {one.key: one.asks for one in requirements_shown(case, moves) if one.is_asked}
    initial = {"version": case.version, "move": next(iter(moves)) if len(moves) == 1 else ""}
    posted = request.POST if request is not None and request.method == "POST" else None
    if stage is not None and stage.meeting is not None:
        return AppraiseForm(
            posted, meeting=stage.meeting, moves=moves, reasons=reasons, is_removal=case.is_removal, initial=initial
        )
    return JudgeForm(
        posted, moves=moves, reasons=reasons, questions=questions, is_removal=case.is_removal, initial=initial
    )


def requirements_shown(case: Case, moves: Mapping[str, Move]) -> list[Requirement]:
    """This function returns what the moves of a stage require of the household today, each requirement once."""
    on = timezone.localdate()
    found = [one for move in moves.values() for one in requirements_of(case, move, on=on)]
    return list({one.key: one for one in found}.values())


def _judged(request: HttpRequest, case_id: int, form: JudgeForm) -> bool:
    """This function records the decision; False when it is refused, with the reason beside its field."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not isinstance(form, AppraiseForm):
        confirmed = form.cleaned_data.get("confirmed") or ()
        try:
            case_judge(viewer=viewer, case_id=case_id, at=timezone.now(), confirmed=confirmed, **stated(form))
        except RequirementsOpen as refusal:
            form.add_error("move", refusal.message)
            return False
        return True
    try:
        case_appraise(viewer=viewer, case_id=case_id, at=timezone.now(), held=form.held, **stated(form))
    except (MeetingUnsound, VoteContradicts) as refusal:
        form.add_error(refusal.field, refusal.message)
        return False
    return True


def stated(form: JudgeForm) -> dict[str, Any]:
    """This function returns what a valid form states, as the service takes it."""
    data = form.cleaned_data
    return {
        "version": data.get("version") or 0,
        "move": data["move"],
        "clause": data.get("clause") or "",
        "reason_key": data.get("reason_key") or "",
        "reason": data.get("reason") or "",
        "told": form.words,
    }


def _closing(request: HttpRequest, head: CaseHead, form: JudgeForm) -> ConfirmPage:
    reason = form.reasons.get(form.cleaned_data.get("reason_key") or "")
    return ConfirmPage(
        title=f"{form.chosen.name}：{head.name}",
        happens=[
            f"{head.name}（{head.place}）的案件结案，不能再改。",
            f"理由记为：{form.cleaned_data.get('reason') or (reason.name if reason else '')}",
            "还没有反馈的核查任务一并终止。",
        ],
        button=form.chosen.name,
        carried=[*carried(request), ("version", str(form.cleaned_data.get("version") or 0)), ("confirm", "1")],
        back=reverse("casework:judge", args=[head.case.pk]),
        told=form.words,
    )


def _counts(lines: list[TaskLine]) -> str:
    answered = [line for line in lines if line.answer]
    if not lines:
        return ""
    meets = sum(1 for line in answered if line.answer and line.answer.meets)
    waiting = sum(1 for line in lines if line.task.state == "OPEN")
    text = f"{len(answered)} 个单位已反馈：{meets} 个符合，{len(answered) - meets} 个不符合"
    return text + (f"；{waiting} 个还没有反馈" if waiting else "")
