"""The leading group's agenda: cases that wait for its decision, decided singly or several alike."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.contexts import AgendaLine, CaseHead, ConfirmPage, MeetingPage
from shouwang.casework.forms import JudgeForm
from shouwang.casework.models import Case, Decision
from shouwang.casework.selectors import cases_visible_to, cases_waiting, with_lamp, workflow_for
from shouwang.casework.services import cases_decide
from shouwang.casework.views import ACTING_ROLES
from shouwang.casework.views.answers import carried, confirm
from shouwang.casework.views.heads import case_heads, task_lines
from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.selectors import household_cards
from shouwang.rulebook.workflow import Act, Move, Reason
from shouwang.ui.tables import KeyPage, key_page

ALIKE = ("approve", "refuse")


@require_http_methods(["GET", "POST"])
@requires(Kind.LEADING_GROUP, Kind.COUNTY_CENTRE, roles=ACTING_ROLES)
def meeting(request: HttpRequest) -> HttpResponse:
    """This function shows the agenda, and decides the chosen cases after asking once."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    waiting = with_lamp(cases_waiting(viewer).filter(act=Act.DECIDE.value), on)
    page = key_page(waiting.prefetch_related("cause_rows"), order=("due_on",), after=request.GET.get("after"))
    chosen = chosen_versions(request)
    moves, reasons = _moves(list(page.rows))
    form = JudgeForm(request.POST if request.method == "POST" else None, moves=moves, reasons=reasons)
    form.fields["version"].required = False
    if request.method == "POST" and not chosen:
        form.add_error(None, "请先勾选要决定的案件。")
    if request.method == "POST" and form.is_valid():
        if "confirm" not in request.POST:
            return confirm(request, _preview(request, viewer, form, chosen))
        return _decided(request, viewer, form, chosen, on)
    heads = case_heads(viewer, list(page.rows), on)
    context = MeetingPage(
        lines=[_line(viewer, head, on, chosen) for head in heads],
        total=waiting.count(),
        form=form,
        reasons=[(key, reason.name, reason.told) for key, reason in reasons.items()],
        page=page,
    )
    status = 422 if request.method == "POST" else 200
    return render(request, "casework/meeting.html", {"page": context}, status=status)


def chosen_versions(request: HttpRequest) -> dict[int, int]:
    """This function reads the ticked cases with the versions that were on the screen."""
    found = {}
    for text in request.POST.getlist("case")[:200]:
        case_id, _, version = text.partition(":")
        if all(part.isascii() and part.isdigit() and len(part) < 18 for part in (case_id, version)):
            found[int(case_id)] = int(version)
    return found


def _moves(cases: list[Case]) -> tuple[dict[str, Move], dict[str, Reason]]:
    """This function returns the moves and reasons of the agenda; all its packs together."""
    moves: dict[str, Move] = {}
    reasons: dict[str, Reason] = {}
    for case in cases:
        flow = workflow_for(case)
        for key, move in flow.stage(case.procedure, case.stage).moves.items():
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


def _preview(request: HttpRequest, viewer: Viewer, form: JudgeForm, chosen: dict[int, int]) -> ConfirmPage:
    names = _names(viewer, list(chosen))
    closes = form.chosen.end is not None
    return ConfirmPage(
        title=f"{form.chosen.name}：{len(names)} 户",
        happens=[
            f"下列 {len(names)} 个案件一并记为“{form.chosen.name}”，决定记下后不能改。",
            f"依据：{form.cleaned_data.get('clause') or '—'}",
            f"理由：{form.cleaned_data.get('reason') or '按所选理由'}",
            "案件结案并告知农户。" if closes else "案件交县级防贫中心落实救助。",
        ],
        button=f"{form.chosen.name}（{len(names)} 户）",
        carried=[*carried(request), ("confirm", "1")],
        back=reverse("casework:meeting"),
        told=form.words,
        rows=list(names.values()),
    )


def _decided(request: HttpRequest, viewer: Viewer, form: JudgeForm, chosen: dict[int, int], on: date) -> HttpResponse:
    data = form.cleaned_data
    result = cases_decide(
        viewer=viewer, versions=chosen, approve=data["move"] == "approve", clause=data.get("clause") or "",
        reason=data.get("reason") or "", reason_key=data.get("reason_key") or "", told=form.words, at=timezone.now(),
    )  # fmt: skip
    if result.done:
        messages.success(request, f"已决定 {len(result.done)} 个案件：{form.chosen.name}。")
    if not result.refused:
        return redirect("casework:meeting")
    names = _names(viewer, list(result.refused))
    refused = [(_who(names, case_id), refusal.message, reverse("casework:case", args=[case_id]))
               for case_id, refusal in result.refused.items()]  # fmt: skip
    page = MeetingPage((), 0, form, (), KeyPage([], None, True), refused)
    return render(request, "casework/meeting_refused.html", {"page": page, "done": len(result.done)})


def _who(names: dict[int, tuple[str, str]], case_id: int) -> str:
    return " ".join(names.get(case_id, (f"案件 {case_id}", ""))).strip()
