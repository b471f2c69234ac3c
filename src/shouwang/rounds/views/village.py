"""A village's households in a round: the officer ticks whom she has seen, on her phone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.people.access import requires
from shouwang.register.selectors import household_cards
from shouwang.rounds.contexts import VillagePage, VisitLine
from shouwang.rounds.rules import RoundRefusal
from shouwang.rounds.selectors import round_get, village_get, visits_of
from shouwang.rounds.services import visits_mark
from shouwang.rounds.views.common import MARKERS, READERS, ROLES, absent_as_404, viewer_of
from shouwang.ui.forms import key_read
from shouwang.ui.tables import key_page

SHOW = {"unseen": False, "seen": True, "all": None}


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def village(request: HttpRequest, round_id: int, slot: int) -> HttpResponse:
    """This function lists the households, those nobody has seen first asked for, and takes marks."""
    viewer = viewer_of(request)
    with absent_as_404():
        found = round_get(viewer, round_id)
        line = village_get(viewer, found, slot)
    may_mark = viewer.kind in MARKERS and viewer.role in ROLES
    show = request.GET.get("show", "")
    show = show if show in SHOW else "unseen"
    problem = ""
    if request.method == "POST" and may_mark:
        chosen = [key for text in request.POST.getlist("household") if (key := key_read(text)) is not None]
        problem = "" if chosen else "请先勾选户。"
        if chosen:
            with absent_as_404():
                try:
                    done = visits_mark(
                        viewer=viewer, round_id=round_id, slot=slot, household_ids=chosen,
                        outcome=_outcome(request), at=timezone.now(),
                    )  # fmt: skip
                except RoundRefusal as refusal:
                    if refusal.is_absent:
                        raise
                    problem = refusal.message
                else:
                    messages.success(request, f"已登记 {done} 户。")
                    return redirect(f"{reverse('rounds:village', args=[round_id, slot])}?show={show}")
    elif request.method == "POST":
        problem = "您不登记走访结果。"
    page = key_page(visits_of(viewer, found, slot, is_seen=SHOW[show]), order=("pk",), after=request.GET.get("after"))
    cards = household_cards(viewer, [row.household_id for row in page.rows])
    lines = [VisitLine(row, cards.get(row.household_id)) for row in page.rows]
    context = VillagePage(found, line, show, lines, page, may_mark and found.is_open, problem)
    return render(request, "rounds/village.html", {"page": context}, status=422 if problem else 200)


def _outcome(request: HttpRequest) -> str:
    asked = request.POST.get("outcome", "")
    return asked if asked in ("NOTHING", "ABSENT", "GONE") else "NOTHING"
