"""The leading group's agenda: cases that wait for its decision, decided singly or several alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.contexts import (
    AgendaLine,
    CaseHead,
    ConfirmPage,
    MeetingPage,
    MeetingRefusedPage,
    RefusedLine,
)
from shouwang.casework.errors import CaseStale
from shouwang.casework.forms import JudgeForm
from shouwang.casework.models import Case, Decision
from shouwang.casework.selectors import cases_visible_to, cases_waiting, happened, with_lamp, workflow_for
from shouwang.casework.selectors.procedures import procedure_for
from shouwang.casework.services import cases_decide
from shouwang.casework.services.machine import stale_of
from shouwang.casework.views import ACTING_ROLES
from shouwang.casework.views.answers import confirm
from shouwang.casework.views.heads import case_heads, task_lines
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.selectors import household_cards
from shouwang.rulebook.workflow import Act, Move, Reason
from shouwang.ui.pages import carried, is_resumed, typed_lines
from shouwang.ui.tables import key_page

ALIKE = ("approve", "refuse")


@require_http_methods(["GET", "POST"])
@requires(Kind.LEADING_GROUP, Kind.COUNTY_CENTRE, roles=ACTING_ROLES)
def meeting(request: HttpRequest) -> HttpResponse:
    """This function shows the agenda, and decides the chosen cases after asking once."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    # A removal is decided by itself: its conditions are looked at household by household.
    waiting = with_lamp(cases_waiting(viewer).filter(act=Act.DECIDE.value, is_removal=False), on)
    page = key_page(waiting.prefetch_related("cause_rows"), order=("due_on",), after=request.GET.get("after"))
    chosen = chosen_versions(request)
    moved = cases_overtaken(viewer, chosen)
    form = _form(request, list(page.rows), viewer, moved)
    if request.method == "POST" and not is_resumed(request):
        if not chosen:
            form.add_error(None, "请先勾选要决定的案件。")
        if moved and len(moved) == len(chosen):
            return _refused(request, viewer, form, moved, done=0)
        if form.is_valid():
            if "confirm" not in request.POST:
                return confirm(request, _preview(request, viewer, form, chosen, moved))
            return _decided(request, viewer, form, chosen)
    heads = case_heads(viewer, list(page.rows), on)
    context = MeetingPage(
        lines=[_line(viewer, head, on, chosen) for head in heads],
        total=waiting.count(),
        form=form,
        reasons=[(key, reason.name, reason.told) for key, reason in form.reasons.items()],
        page=page,
    )
    status = 422 if request.method == "POST" and not is_resumed(request) else 200
    return render(request, "casework/meeting.html", {"page": context}, status=status)


def cases_overtaken(viewer: Viewer, chosen: dict[int, int]) -> dict[int, CaseStale]:
    """This function returns, of the ticked cases, those that somebody changed after the agenda was opened."""
    cases = cases_visible_to(viewer).in_bulk(list(chosen))
    return {pk: stale_of(case, chosen[pk]) for pk, case in cases.items() if case.version != chosen[pk]}


def _form(request: HttpRequest, cases: list[Case], viewer: Viewer, moved: dict[int, CaseStale]) -> JudgeForm:
    """This function returns the form for the agenda, and for ticked cases that have left it meanwhile."""
    left = cases_visible_to(viewer).in_bulk(list(moved))
    stages = [(case, case.stage) for case in cases] + [(left[pk], error.stage_seen) for pk, error in moved.items()]
    moves, reasons = _moves(stages)
    form = JudgeForm(request.POST if request.method == "POST" else None, moves=moves, reasons=reasons)
    form.fields["version"].required = False
    return form


def chosen_versions(request: HttpRequest) -> dict[int, int]:
    """This function reads the ticked cases with the versions that were on the screen."""
    found = {}
    for text in request.POST.getlist("case")[:200]:
        case_id, _, version = text.partition(":")
        if all(part.isascii() and part.isdigit() and len(part) < 18 for part in (case_id, version)):
            found[int(case_id)] = int(version)
    return found


def _moves(stages: list[tuple[Case, str]]) -> tuple[dict[str, Move], dict[str, Reason]]:
    """This function returns the moves and reasons of cases at their stages; all packs together."""
    moves: dict[str, Move] = {}
    reasons: dict[str, Reason] = {}
    for case, stage_key in stages:
        flow = workflow_for(case)
        stage = procedure_for(case).stages.get(stage_key)
        for key, move in (stage.moves if stage else {}).items():
            if key in ALIKE:
                moves.setdefault(key, move)
                reasons |= flow.reasons_of(move.reasons)
    return moves, reasons


def _line(viewer: Viewer, head: CaseHead, on: date, chosen: dict[int, int]) -> AgendaLine:
    tasks = task_lines(viewer, head.case, on)
    answered = [line for line in tasks if line.answer]
    meets = sum(1 for line in answered if line.answer and line.answer.meets)
    review = Decision.objects.filter(case=head.case, act=Act.REVIEW.value).order_by("-pk").first()
    return AgendaLine(
        head=head,
        review=f"{review.move_name}：{review.reason}" if review else "",
        answers=f"{meets} / {len(answered)} 个单位认为符合" if answered else "没有核查反馈",
        figures=[figure for line in answered for figure in line.figures],
        value=f"{head.case.pk}:{head.case.version}",
        is_chosen=head.case.pk in chosen,
    )


def _names(viewer: Viewer, case_ids: list[int]) -> dict[int, tuple[str, str]]:
    cases = cases_visible_to(viewer).in_bulk(case_ids)
    cards = household_cards(viewer, {case.household_id for case in cases.values()})
    found = {}
    for case in cases.values():
        card = cards.get(case.household_id)
        found[case.pk] = (card.head_name, card.place) if card else ("—", "")
    return found


def _preview(
    request: HttpRequest, viewer: Viewer, form: JudgeForm, chosen: dict[int, int], moved: dict[int, CaseStale]
) -> ConfirmPage:
    """This function names what will happen to the ticked cases, without those that somebody was faster with."""
    names = _names(viewer, list(chosen))
    left = [names.pop(case_id) for case_id in moved if case_id in names]
    kept = [("case", f"{case_id}:{chosen[case_id]}") for case_id in names]
    closes = form.chosen.end is not None
    return ConfirmPage(
        title=f"{form.chosen.name}：{len(names)} 户",
        happens=[
            f"下列 {len(names)} 个案件一并记为“{form.chosen.name}”，决定记下后不能改。",
            f"依据：{form.cleaned_data.get('clause') or '—'}",
            f"理由：{form.cleaned_data.get('reason') or '按所选理由'}",
            "案件结案并告知农户。" if closes else "案件交县级防贫中心落实救助。",
            *(f"{name}的案件别人刚办过，不在其内，请单独看过再办。" for name, _ in left),
        ],
        button=f"{form.chosen.name}（{len(names)} 户）",
        carried=[*carried(request, without={"case"}), *kept, ("confirm", "1")],
        back=reverse("casework:meeting"),
        told=form.words,
        rows=list(names.values()),
    )


def _decided(request: HttpRequest, viewer: Viewer, form: JudgeForm, chosen: dict[int, int]) -> HttpResponse:
    data = form.cleaned_data
    result = cases_decide(
        viewer=viewer, versions=chosen, approve=data["move"] == "approve", clause=data.get("clause") or "",
        reason=data.get("reason") or "", reason_key=data.get("reason_key") or "", told=form.words, at=timezone.now(),
    )  # fmt: skip
    if result.done:
        messages.success(request, f"已决定 {len(result.done)} 个案件：{form.chosen.name}。")
    if not result.refused:
        return redirect("casework:meeting")
    return _refused(request, viewer, form, result.refused, done=len(result.done))


def _refused(
    request: HttpRequest, viewer: Viewer, form: JudgeForm, refused: Mapping[int, Refusal], *, done: int
) -> HttpResponse:
    """This function names the cases that were not decided and why, and keeps what was typed for those still open."""
    names = _names(viewer, list(refused))
    waiting = cases_waiting(viewer).filter(act=Act.DECIDE.value).in_bulk(list(refused))
    page = MeetingRefusedPage(
        refused=[
            RefusedLine(
                name=" ".join(names.get(case_id, (f"案件号 {case_id}", ""))).strip(),
                message=refusal.message,
                href=reverse("casework:case", args=[case_id]),
                theirs=happened(getattr(refusal, "theirs", ())),
            )
            for case_id, refusal in refused.items()
        ],
        done=done,
        mine=typed_lines(form),
        waiting=len(waiting),
        carried=[
            *carried(request, without={"case"}),
            *(("case", f"{pk}:{case.version}") for pk, case in waiting.items()),
        ],
    )
    # Nothing was decided: nothing is kept of the request. Something was: it must be.
    return render(request, "casework/meeting_refused.html", {"page": page}, status=200 if done else 409)
