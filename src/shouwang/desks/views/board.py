"""The board of what is late, by level."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.casework.selectors.escalations import escalations_standing
from shouwang.desks.contexts import BoardPage
from shouwang.desks.rules import WorkRow
from shouwang.desks.selectors.board import BOARD_READERS, board_levels
from shouwang.desks.selectors.ways import address
from shouwang.people.access import KIND_LABELS, Kind, Viewer, requires
from shouwang.register.selectors import household_cards

SHOWN = 20


@require_GET
@requires(*BOARD_READERS)
def board(request: HttpRequest) -> HttpResponse:
    """This function shows what is late in the viewer's areas: whose, how much, how long; first what came up to her."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    standing = escalations_standing(viewer, on)
    found = list(standing[:SHOWN])
    cards = household_cards(viewer, {one.case.household_id for one in found})
    rows = []
    for one in found:
        card = cards.get(one.case.household_id)
        row = WorkRow(
            name=card.head_name if card else f"案件 {one.case_id}",
            place=card.place if card else "",
            about=one.task.name if one.task else one.case.stage_name,
            to_do="",
            href=address("casework:case", one.case_id),
            to_do_href="",
            due_on=one.due_on,
            days_late=(on - one.due_on).days,
        )
        rows.append((row, one.task.organisation.name if one.task else KIND_LABELS[Kind(one.kind)]))
    levels = board_levels(viewer, on)
    page = BoardPage(
        area=viewer.organisation_name,
        levels=levels,
        standing=rows,
        standing_count=standing.order_by().count(),
        total=sum(level.count for level in levels),
    )
    return render(request, "desks/board.html", {"page": page})
