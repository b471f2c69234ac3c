"""《预警信息登记表》: choose the household, fill the form, see what happens next."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.people.selectors import areas_visible_to
from shouwang.register.selectors import household_get, household_search, villages_with_households
from shouwang.sources.contexts import ChoosePage, ReportPage, SentPage
from shouwang.sources.forms import ReportForm
from shouwang.sources.models import Channel
from shouwang.sources.rules.report import ReportRefusal
from shouwang.sources.selectors import clue_get
from shouwang.sources.selectors.reporting import (
    KnownEvent,
    KnownHousehold,
    causes_offered,
    household_known,
    steps_ahead,
)
from shouwang.sources.services import clue_report
from shouwang.sources.views.absence import absent_as_404
from shouwang.sources.views.lines import clue_line
from shouwang.ui.forms import key_read

REPORTERS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
ROLES = {Role.OFFICER, Role.CLERK, Role.LEADER}


@require_GET
@requires(*REPORTERS, roles=ROLES)
def choose(request: HttpRequest) -> HttpResponse:
    """This function shows the households of the village, or those a name or its initials find."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:40]
    villages = [(str(slot), place) for slot, place, _ in villages_with_households(viewer)]
    village = request.GET.get("village", "")
    if village not in dict(villages):
        village = villages[0][0] if len(villages) == 1 else ""
    after = request.GET.get("after", "")
    cards: Any = []
    next_after, problem = None, ""
    if text or village:
        try:
            found = household_search(viewer, text, int(village) if village else None, key_read(after))
            cards, next_after = found.rows, found.next_after
        except Refusal as refusal:
            problem = refusal.message
    page = ChoosePage(text, village, villages, cards, next_after, bool(text), problem, _is_clerk(viewer))
    return render(request, "sources/report_choose.html", {"page": page})


def _is_clerk(viewer: Viewer) -> bool:
    return viewer.kind is not Kind.VILLAGE


def _members(known: KnownHousehold) -> list[tuple[str, str]]:
    return [
        (str(member.person_id), f"{member.name}（{member.relationship_label}"
         + (f"，{member.age} 岁）" if member.age is not None else "）"))
        for member in known.file.members
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*REPORTERS, roles=ROLES)
def household(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function takes a report about a registered household."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    today = timezone.localdate()
    with absent_as_404():
        card = household_get(viewer, household_id)
        known = household_known(viewer, household_id, today)
    asked_event = request.POST.get("event") or request.GET.get("event") or ""
    event_id = key_read(asked_event)
    event = known.event(event_id) if event_id is not None else None
    members = _members(known)
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        causes=causes_offered(slot=card.slot, on=today),
        members=members,
        with_event=event is not None,
        with_channel=_is_clerk(viewer),
        today=today,
        initial={"key": secrets.token_hex(16), "person": members[0][0] if len(members) == 1 else None},
    )
    page = ReportPage(form, card, known, event, _is_clerk(viewer))
    if request.method == "POST" and form.is_valid():
        return _send(request, page, slot=card.slot)
    return render(request, "sources/report_form.html", {"page": page}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(*REPORTERS, roles=ROLES)
def unregistered(request: HttpRequest) -> HttpResponse:
    """This function takes a report about somebody who is not registered yet."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    today = timezone.localdate()
    villages = [(str(area.lo), area.full_name or area.name) for area in areas_visible_to(viewer, level=5)]
    slot = int(villages[0][0]) if villages else viewer.ranges[0][0]
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        causes=causes_offered(slot=slot, on=today),
        villages=villages,
        with_channel=_is_clerk(viewer),
        today=today,
        initial={"key": secrets.token_hex(16), "person_name": request.GET.get("name", "")[:60]},
    )
    page = ReportPage(form, None, None, None, _is_clerk(viewer))
    if request.method == "POST" and form.is_valid():
        return _send(request, page, slot=int(form.cleaned_data.get("village") or slot))
    return render(request, "sources/report_form.html", {"page": page}, status=422 if form.is_bound else 200)


def _send(request: HttpRequest, page: ReportPage, *, slot: int) -> HttpResponse:
    """This function hands the form to the service; a refusal stands beside its field and nothing typed is lost."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form, event = page.form, page.event
    said = form.cleaned_data
    person = said.get("person") or ""
    try:
        clue = clue_report(
            viewer=viewer,
            household_id=page.card.id if page.card else None,
            person_id=event.person_id if event else (int(person) if person else None),
            cause=event.cause if event else said["cause"],
            cause_note=said.get("cause_note", ""),
            occurred_on=event.line.event_date if event else said["occurred_on"],
            summary=said["summary"],
            at=timezone.now(),
            channel=said.get("channel") or Channel.OFFICER,
            filled_on=said.get("filled_on"),
            idempotency_key=said["key"],
            income_drop_fen=said.get("income_drop_yuan"),
            person_name=said.get("person_name", ""),
            person_note=said.get("person_note", ""),
            slot=slot,
            details=_details(page),
            **_amounts(said, event),
        )
    except ReportRefusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return render(request, "sources/report_form.html", {"page": page}, status=422)
    return redirect("sources:report_sent", clue.pk)


def _amounts(said: dict[str, Any], event: KnownEvent | None) -> dict[str, int | None]:
    if event is not None:
        line = event.line
        return {
            "gross_fen": line.gross_fen, "reimbursed_fen": line.reimbursed_fen, "self_paid_fen": line.self_paid_fen,
        }  # fmt: skip
    return {name.replace("_yuan", "_fen"): said[name] for name in ("gross_yuan", "reimbursed_yuan", "self_paid_yuan")}


def _details(page: ReportPage) -> dict[str, Any]:
    """This function counts the burden of the form and names the event it is about."""
    details: dict[str, Any] = {"asked": page.form.asked, "known": page.known.count if page.known else 0}
    if page.event is not None:
        details["spending_id"] = page.event.line.id
    return details


@require_GET
@requires(*REPORTERS, roles=ROLES)
def sent(request: HttpRequest, clue_id: int) -> HttpResponse:
    """This function says that the report has arrived and what happens next."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    with absent_as_404():
        clue = clue_get(viewer, clue_id)
    steps = steps_ahead(slot=clue.slot, channel=clue.channel, on=timezone.localdate())
    page = SentPage(clue_line(viewer, clue), steps)
    return render(request, "sources/report_sent.html", {"page": page})
