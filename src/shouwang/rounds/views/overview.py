"""One round: coverage by township and village, who has most unseen first; and its end."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from shouwang.people.access import Kind, requires
from shouwang.rounds.contexts import RoundPage
from shouwang.rounds.rules import RoundNotFound, RoundRefusal
from shouwang.rounds.selectors import Coverage, coverage_by, coverage_of, round_get, villages_of
from shouwang.rounds.services import may_close, round_close
from shouwang.rounds.views.common import OPENERS, READERS, ROLES, absent_as_404, viewer_of
from shouwang.ui.forms import key_read, version_posted

SMALL = (Kind.VILLAGE, Kind.TOWNSHIP)


@require_GET
@requires(*READERS)
def overview(request: HttpRequest, round_id: int) -> HttpResponse:
    """This function shows how far a round is."""
    return _page(request, round_id)


def _page(request: HttpRequest, round_id: int, *, problem: str = "", typed: str = "") -> HttpResponse:
    viewer = viewer_of(request)
    with absent_as_404():
        found = round_get(viewer, round_id)
    towns = coverage_by(viewer, found, "town")
    asked = key_read(request.GET.get("town", ""))
    town = next((line for line in towns if line.slot == asked), None)
    is_small = viewer.kind in SMALL or len(towns) == 1
    villages = villages_of(viewer, found, town=town.slot if town else None) if town or is_small else []
    page = RoundPage(
        found, coverage_of(viewer, [found]).get(found.pk, Coverage()), [] if is_small else towns, villages, town,
        found.is_open and may_close(viewer, found) and viewer.role in ROLES, problem, typed,
    )  # fmt: skip
    return render(request, "rounds/round.html", {"page": page}, status=422 if problem else 200)


@require_POST
@requires(*OPENERS, roles=ROLES)
def close(request: HttpRequest, round_id: int) -> HttpResponse:
    """This function ends a round."""
    viewer, reason = viewer_of(request), request.POST.get("reason", "")
    with absent_as_404():
        if not may_close(viewer, round_get(viewer, round_id)):
            raise RoundNotFound
        version = version_posted(request)
        try:
            round_close(viewer=viewer, round_id=round_id, version=version, reason=reason, at=timezone.now())
        except RoundRefusal as refusal:
            if refusal.is_absent:
                raise
            return _page(request, round_id, problem=refusal.message, typed=reason)
    messages.success(request, "这次排查已结束。")
    return redirect("rounds:round", round_id)
