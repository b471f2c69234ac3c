"""Clues: what somebody reported herself, and all clues of an area with their state."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shouwang.kit.codes import Risk
from shouwang.people.access import READS_REGISTER, Kind, Viewer, requires
from shouwang.sources.contexts import CluePage, CluesPage
from shouwang.sources.models import Channel
from shouwang.sources.selectors import clue_get, clues_reported_by, clues_visible_to
from shouwang.sources.views.lines import clue_line, clue_lines
from shouwang.sources.views.report import REPORTERS, ROLES
from shouwang.ui.tables import key_page

READERS = tuple(sorted(READS_REGISTER - {Kind.SYSTEM}))
NEWEST_FIRST = ("-reported_at",)


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
    waiting = rows.filter(collected_case_id__isnull=True).count()
    state, channel = request.GET.get("state", ""), request.GET.get("channel", "")
    if state in ("waiting", "taken"):
        rows = rows.filter(collected_case_id__isnull=state == "waiting")
    if channel in Channel.values:
        rows = rows.filter(channel=channel)
    found = key_page(rows, order=NEWEST_FIRST, after=request.GET.get("after"))
    page = CluesPage(clue_lines(viewer, found.rows), found, waiting, state, channel, Channel.choices)
    return render(request, "sources/clues.html", {"page": page})


@require_GET
@requires(*READERS)
def clue(request: HttpRequest, clue_id: int) -> HttpResponse:
    """This function shows one clue."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = clue_get(viewer, clue_id)
    cause = Risk.parse(found.cause).label + (f"（{found.cause_note}）" if found.cause_note else "")
    page = CluePage(
        clue_line(viewer, found),
        [
            ("渠道", found.get_channel_display()),
            ("上报人", found.reporter_label),
            ("原因", cause),
            ("发生日期", found.occurred_on.isoformat()),
        ],
    )
    return render(request, "sources/clue.html", {"page": page})
