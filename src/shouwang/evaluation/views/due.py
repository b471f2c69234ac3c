"""What waits after help has come and after a removal: visits, removals that may be weak, roll-backs to decide."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from shouwang.evaluation.contexts import DuePage, RollBackLine, TransitionLine, VisitLine, WeakLine
from shouwang.evaluation.selectors import (
    DueLine,
    roll_backs_visible_to,
    roll_backs_waiting,
    transitions_due,
    visits_due,
    weak_of_households,
    weak_removals_visible_to,
)
from shouwang.evaluation.services import is_own
from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.selectors import household_cards
from shouwang.ui.tables import KeyPage

LOCAL = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.AUDIT)
COMPARERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.AUDIT)
PER_PAGE, SHOWN = 20, 50
SHOWS = ("visits", "late", "weak", "back")


@require_safe
@requires(*LOCAL)
def due(request: HttpRequest) -> HttpResponse:
    """This function lists what waits; `show` names the one part that is asked for."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    show = request.GET.get("show", "")
    page = _page(viewer, on, show if show in SHOWS else "", after=request.GET.get("after", ""))
    return render(request, "evaluation/due.html", {"page": page})


def _page(viewer: Viewer, on: date, show: str, *, after: str) -> DuePage:
    waiting, weak, lines = visits_due(viewer), weak_removals_visible_to(viewer), transitions_due(viewer, on)
    late = [line for line in lines if line.is_late(on)]
    cases, found = list(waiting[:SHOWN]), list(weak[:SHOWN])
    # Asked for alone, what waits for this viewer, as her desk counts it; else also what she proposed herself.
    waits = roll_backs_visible_to(viewer).filter(state="PROPOSED").order_by("pk")
    proposed = list((roll_backs_waiting(viewer) if show == "back" else waits)[:SHOWN])
    page = _page_of(late if show == "late" else lines, after)
    ids = [line.household.household_id for line in page.rows]
    marks = weak_of_households(viewer, ids)
    others = [case.household_id for case in cases] + [row.household_id for row in found]
    cards = household_cards(viewer, {*ids, *others, *(row.household_id for row in proposed)}, on=on)
    return DuePage(
        show=show,
        visits=[
            VisitLine(case, cards.get(case.household_id), case.due_on is not None and case.due_on < on)
            for case in cases
        ],
        visit_count=waiting.count(),
        late_visits=waiting.filter(due_on__lt=on).count(),
        weak=[WeakLine(cards.get(row.household_id), row) for row in found],
        weak_count=weak.count(),
        roll_backs=[RollBackLine(cards.get(row.household_id), row, is_own(viewer, row)) for row in proposed],
        lines=[
            TransitionLine(cards.get(key), line, line.is_late(on), marks.get(key))
            for key, line in zip(ids, page.rows, strict=True)
        ],
        line_count=len(lines),
        late_lines=len(late),
        page=page,
        may_compare=viewer.kind in COMPARERS,
    )


def _page_of(lines: list[DueLine], after: str) -> KeyPage:
    """This function returns the lines behind that of the household with this number; from the first where none has."""
    begin = next((number + 1 for number, line in enumerate(lines) if str(line.household.household_id) == after), 0)
    rows, rest = lines[begin : begin + PER_PAGE], lines[begin + PER_PAGE :]
    next_after = rows[-1].household.household_id if rest else None
    return KeyPage(rows=rows, next_after=next_after, is_first=begin == 0, size=PER_PAGE)
