"""What was found at a household: a short form that becomes a clue."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.kit.errors import Refusal
from shouwang.people.access import requires
from shouwang.register.selectors import household_cards
from shouwang.rounds.contexts import FindingPage
from shouwang.rounds.forms import FindingForm
from shouwang.rounds.rules import RoundNotFound
from shouwang.rounds.selectors import visit_get
from shouwang.rounds.services import finding_report
from shouwang.rounds.views.common import MARKERS, ROLES, absent_as_404, viewer_of
from shouwang.sources.selectors.reporting import burden_counted, causes_offered


@require_http_methods(["GET", "POST"])
@requires(*MARKERS, roles=ROLES)
def finding(request: HttpRequest, round_id: int, household_id: int) -> HttpResponse:
    """This function takes what a cadre found at a household of a round."""
    viewer, today = viewer_of(request), timezone.localdate()
    with absent_as_404():
        visit = visit_get(viewer, round_id, household_id)
        card = household_cards(viewer, [household_id]).get(household_id)
        if card is None:
            raise RoundNotFound
    form = FindingForm(
        request.POST if request.method == "POST" else None,
        causes=causes_offered(slot=visit.slot, on=today),
        initial={"occurred_on": today},
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            finding_report(
                viewer=viewer, round_id=round_id, household_id=household_id, cause=said["cause"],
                cause_note=said["cause_note"], summary=said["summary"], occurred_on=said["occurred_on"],
                at=timezone.now(), burden=burden_counted(viewer, household_id, asked=form.asked, on=today),
            )  # fmt: skip
        except Refusal as refusal:
            field = getattr(refusal, "field", "")
            form.add_error(field if field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"{card.head_name}家的情况已上报，一分钟内转成案件。")
            return redirect("rounds:village", round_id, visit.slot)
    page = FindingPage(visit.round, form, card)
    return render(request, "rounds/finding.html", {"page": page}, status=422 if form.is_bound else 200)
