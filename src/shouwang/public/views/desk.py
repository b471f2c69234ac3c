"""群众来件: what waits for the desk, each with its clock, and its answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.casework.services import OwnWork
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.public.contexts import PetitionLine, PetitionPage, PetitionsPage
from shouwang.public.forms import AnswerForm
from shouwang.public.models import Petition
from shouwang.public.pages import days_late
from shouwang.public.selectors.petitions import petition_get, petitions_of_desk, petitions_visible_to
from shouwang.public.services.petitions import AnswerMissing, NotYourDesk, decided_by, petition_answer
from shouwang.register.selectors import places_of
from shouwang.ui.forms import version_posted

READERS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.AUDIT)
SHOWN = 100
ANSWER = (Role.CLERK, Role.LEADER)
CHOICES = {
    Petition.Kind.APPEAL: [("yes", "申诉有理，重新办理（会开一个新案件）"), ("no", "维持原来的决定")],
    Petition.Kind.OBJECTION: [("yes", "情况可能属实，停止公示、退回核实"), ("no", "不属实，公示照常")],
    Petition.Kind.WITHDRAWAL: [("yes", "同意撤回，结束这件事"), ("no", "不撤回，照常办")],
}


def _line(petition: Petition, viewer: Viewer, places: dict[int, str]) -> PetitionLine:
    is_open = petition.state == Petition.State.OPEN
    return PetitionLine(
        id=petition.pk,
        kind=petition.get_kind_display(),
        place=places.get(petition.slot, ""),
        text=petition.text,
        at=petition.at,
        due_on=petition.due_on,
        is_due_provisional=petition.is_due_provisional,
        days_late=days_late(petition.due_on, timezone.localdate()) if is_open else 0,
        state=petition.get_state_display(),
        is_mine=is_open and petition.holder_kind == viewer.kind and viewer.role in ANSWER,
    )


@require_GET
@requires(*READERS)
def petitions(request: HttpRequest) -> HttpResponse:
    """This function lists the petitions that wait for the desk, or those of its area."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    mine, rows = petitions_of_desk(viewer), petitions_visible_to(viewer)
    wanted = request.GET.get("list", "mine" if viewer.kind is not Kind.AUDIT else "all")
    shown = list((mine if wanted == "mine" else rows.order_by("-at", "-pk"))[:SHOWN])
    places = places_of({petition.slot for petition in shown})
    tabs = [
        ("待本岗位答复", "?list=mine", wanted == "mine", mine.order_by().count()),
        ("全部来件", "?list=all", wanted != "mine", rows.order_by().count()),
    ]
    page = PetitionsPage(tabs, [_line(petition, viewer, places) for petition in shown])
    return render(request, "public/petitions.html", {"page": page})


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def petition(request: HttpRequest, petition_id: int) -> HttpResponse:
    """This function shows one petition and takes the desk's answer."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = petition_get(viewer, petition_id)
    choices = CHOICES[Petition.Kind(found.kind)]
    form = AnswerForm(
        request.POST if request.method == "POST" else None, choices=choices, initial={"version": found.version}
    )
    if request.method == "POST" and form.is_valid():
        try:
            petition_answer(
                viewer=viewer, petition_id=petition_id, version=version_posted(request),
                granted=form.cleaned_data["granted"] == "yes", answer=form.cleaned_data["answer"], at=timezone.now(),
            )  # fmt: skip
        except (AnswerMissing, OwnWork, NotYourDesk) as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已经答复。")
            return redirect("public:petitions")
    line = _line(found, viewer, places_of({found.slot}))
    is_own_work = line.is_mine and decided_by(viewer, found)
    page = PetitionPage(
        line=line, text=found.text, said_by=found.said_by, case_id=found.case_id, answer=found.answer,
        answered_by=found.answered_by, answered_at=found.answered_at,
        form=form if line.is_mine and not is_own_work else None, is_own_work=is_own_work,
    )  # fmt: skip
    return render(request, "public/petition.html", {"page": page}, status=422 if form.is_bound else 200)
