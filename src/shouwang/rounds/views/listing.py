"""The rounds of the viewer's areas with their coverage, and what the policy says is due."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.people.access import requires
from shouwang.people.selectors import areas_by_lo
from shouwang.rounds.contexts import RoundLine, RoundsPage
from shouwang.rounds.selectors import Coverage, coverage_of, rounds_visible_to, sweeps_offered
from shouwang.rounds.views.common import OPENERS, READERS, ROLES, viewer_of
from shouwang.ui.tables import key_page


@require_GET
@requires(*READERS)
def rounds(request: HttpRequest) -> HttpResponse:
    """This function lists the rounds, newest first."""
    viewer, today = viewer_of(request), timezone.localdate()
    found = key_page(rounds_visible_to(viewer), order=("-opened_at",), after=request.GET.get("after"))
    coverage = coverage_of(viewer, found.rows)
    places = areas_by_lo({line.slot for line in found.rows})
    lines = [
        RoundLine(
            line, coverage.get(line.pk, Coverage()), places.get(line.slot, ""), line.is_open and line.due_on < today
        )
        for line in found.rows
    ]
    opens = viewer.kind in OPENERS and viewer.role in ROLES
    due = [option for option in sweeps_offered(viewer, today) if option.missing] if opens else []
    return render(request, "rounds/list.html", {"page": RoundsPage(lines, found, due, opens)})
