"""The late tasks of other organisations in the viewer's areas: who is late, with what, by how much."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.desks.contexts import LatePage
from shouwang.desks.rules import WorkRow
from shouwang.desks.selectors.ways import address
from shouwang.desks.selectors.work import OVERSEERS, late_tasks, task_row
from shouwang.people.access import Viewer, requires
from shouwang.register.selectors import household_cards
from shouwang.ui.tables import key_page


@require_GET
@requires(*OVERSEERS)
def late(request: HttpRequest) -> HttpResponse:
    """This function lists late tasks, all or those of one organisation."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = late_tasks(viewer, on)
    by_organisation = list(
        found.order_by().values_list("organisation_id", "organisation__name").annotate(n=Count("pk")).order_by("-n")
    )
    asked = request.GET.get("organisation", "")
    chosen = next((pk for pk, _, _ in by_organisation if str(pk) == asked), None)
    shown = found.filter(organisation_id=chosen) if chosen else found
    page = key_page(shown, order=("due_on",), after=request.GET.get("after"))
    cards = household_cards(viewer, {task.household_id for task in page.rows})
    rows: list[tuple[str, WorkRow]] = [
        (task.organisation.name, task_row(task, cards.get(task.household_id), None, on)) for task in page.rows
    ]
    cases = {task.pk: address("casework:case", task.case_id) for task in page.rows}
    context = LatePage(
        tabs=[
            ("全部", address("desks:late"), chosen is None, sum(n for _, _, n in by_organisation)),
            *((name, address("desks:late", organisation=pk), pk == chosen, n) for pk, name, n in by_organisation),
        ],
        rows=[(name, _at_case(row, cases[task.pk])) for (name, row), task in zip(rows, page.rows, strict=True)],
        page=page,
        total=sum(n for pk, _, n in by_organisation if chosen in (None, pk)),
    )
    return render(request, "desks/late.html", {"page": context})


def _at_case(row: WorkRow, href: str) -> WorkRow:
    return replace(row, href=href, to_do_href="")
