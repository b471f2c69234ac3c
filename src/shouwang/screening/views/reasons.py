"""The page that says why a household has no warning, and how far it is from one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.people.access import Viewer, requires
from shouwang.register.selectors import household_cards
from shouwang.screening.contexts import ReasonRow, ReasonsPage
from shouwang.screening.services import household_reasons
from shouwang.screening.views.runs import READERS
from shouwang.screening.views.warning import lines_of


@require_GET
@requires(*READERS)
def reasons(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function explains every trigger of the last run for one household."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = household_reasons(viewer=viewer, household_id=household_id, at=timezone.now())
    card = household_cards(viewer, [household_id])[household_id]
    page = ReasonsPage(
        household_id=household_id,
        household=card.head_name,
        place=card.place,
        run=found.run,
        policy=found.policy.name if found.policy else "",
        stale=[feed.sentence for feed in found.single.stale] if found.single else [],
        warned=[str(row["trigger_name"]) for row in found.single.warnings] if found.single else [],
        rows=[
            ReasonRow(told.text, told.result is None, list(told.nearest), lines_of(told), told.source)
            for told in found.triggers
        ],
        why_not=found.why_not,
    )
    return render(request, "screening/reasons.html", {"page": page})
