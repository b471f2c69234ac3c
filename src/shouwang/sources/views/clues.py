"""Clues: what somebody reported herself, and all clues of an area with their state."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from shouwang.kit.codes import Risk
from shouwang.kit.errors import Refusal
from shouwang.people.access import READS_REGISTER, Kind, Viewer, requires
from shouwang.register.selectors import HouseholdCard, household_search
from shouwang.sources.contexts import ClueLine, CluePage, CluesPage
from shouwang.sources.models import Channel, Clue
from shouwang.sources.rules.phone import clock_told
from shouwang.sources.selectors import clue_get, clues_reported_by, clues_visible_to
from shouwang.sources.selectors.clues import WAITS, clues_waiting
from shouwang.sources.selectors.pictures import pictures_of
from shouwang.sources.services.calls import TAKERS, call_phone_show
from shouwang.sources.services.clues import ATTACHERS, clue_attach
from shouwang.sources.views.absence import absent_as_404
from shouwang.sources.views.lines import clue_line, clue_lines
from shouwang.sources.views.report import REPORTERS, ROLES
from shouwang.ui.forms import key_read
from shouwang.ui.tables import key_page

READERS = tuple(sorted(READS_REGISTER - {Kind.SYSTEM}))
NEWEST_FIRST = ("-reported_at",)
STATES = {
    "waiting": WAITS,
    "taken": Q(collected_case_id__isnull=False),
    "withdrawn": Q(withdrawn_at__isnull=False),
}


@require_GET
@requires(*REPORTERS, roles=ROLES)
def mine(request: HttpRequest) -> HttpResponse:
    """This function lists what the viewer reported herself."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    rows = key_page(clues_reported_by(viewer), order=NEWEST_FIRST, after=request.GET.get("after"))
    page = CluesPage(clue_lines(viewer, rows.rows), rows, 0, "", "", [])
    return render(request, "sources/reports_mine.html", {"page": page})


@require_GET
@requires(*READERS)
def clues(request: HttpRequest) -> HttpResponse:
    """This function lists the clues of the viewer's areas: waiting or taken up, by channel."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    rows = clues_visible_to(viewer)
    waiting = clues_waiting(viewer).count()
    state, channel = request.GET.get("state", ""), request.GET.get("channel", "")
    if state in STATES:
        rows = rows.filter(STATES[state])
    if channel in Channel.values:
        rows = rows.filter(channel=channel)
    found = key_page(rows, order=NEWEST_FIRST, after=request.GET.get("after"))
    takes_calls = viewer.kind in TAKERS and viewer.role in ROLES
    page = CluesPage(clue_lines(viewer, found.rows), found, waiting, state, channel, Channel.choices, takes_calls)
    return render(request, "sources/clues.html", {"page": page})


def _may_attach(viewer: Viewer, found: Clue) -> bool:
    return viewer.kind in ATTACHERS and viewer.role in ROLES and found.household_id is None and not found.withdrawn_at


@require_GET
@requires(*READERS)
def clue(request: HttpRequest, clue_id: int) -> HttpResponse:
    """This function shows one clue; of somebody unregistered it also looks for the household she was registered in."""
    return _clue_page(request, clue_id)


@require_POST
@requires(*sorted(TAKERS), roles=ROLES)
def call_back(request: HttpRequest, clue_id: int) -> HttpResponse:
    """This function shows a clue with the number to call back, once, and logs it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    with absent_as_404():
        phone = call_phone_show(viewer=viewer, clue_id=clue_id, at=timezone.now())
    return _clue_page(request, clue_id, phone=phone)


def _told_by(line: ClueLine) -> list[tuple[str, str]]:
    if line.call is None:
        return []
    urgent = "急：今天就要有人管" if line.call.is_urgent else "一般"
    return [("来电人", f"{line.call.get_tie_display()} {line.call.caller}".strip()), ("急不急", urgent)]


def _clue_page(request: HttpRequest, clue_id: int, *, phone: str = "") -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    with absent_as_404():
        found = clue_get(viewer, clue_id)
    may_attach, text = _may_attach(viewer, found), request.GET.get("q", "").strip()[:40]
    cards: Sequence[HouseholdCard] = ()
    problem = ""
    if may_attach and (text or found.person_name):
        try:
            cards = household_search(viewer, text or found.person_name).rows
        except Refusal as refusal:
            problem = refusal.message
    cause = Risk.parse(found.cause).label + (f"（{found.cause_note}）" if found.cause_note else "")
    line = clue_line(viewer, found)
    has_phone = line.call is not None and line.call.sealed_phone is not None
    page = CluePage(
        line,
        [
            ("渠道", found.get_channel_display()),
            ("上报人", found.reporter_label),
            ("原因", cause),
            ("发生日期", found.occurred_on.isoformat()),
            *clock_told(found.details.get("device")),
            *_told_by(line),
            *(
                [("录入", f"{timezone.localtime(found.entered_at):%Y-%m-%d %H:%M}，按纸质表的日期上报")]
                if found.entered_at
                else []
            ),
        ],
        has_phone and viewer.kind in TAKERS and viewer.role in ROLES,
        phone,
        may_attach,
        text or found.person_name,
        cards,
        problem,
        pictures=list(pictures_of(viewer, clue_id)),
    )
    return render(request, "sources/clue.html", {"page": page})


@require_POST
@requires(*sorted(ATTACHERS), roles=ROLES)
def attach(request: HttpRequest, clue_id: int) -> HttpResponse:
    """This function joins a clue with the household its person was registered in."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    with absent_as_404():
        clue_get(viewer, clue_id)
    chosen = key_read(request.POST.get("household", ""))
    if chosen is None:
        return redirect("sources:clue", clue_id)
    clue_attach(viewer=viewer, clue_id=clue_id, household_id=chosen, at=timezone.now())
    messages.success(request, "已归入这一户，接着按案件办理。")
    return redirect("sources:clue", clue_id)
