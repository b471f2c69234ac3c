"""One visit of a contact, written down on the phone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.assistance.contexts.contacts import VisitPage
from shouwang.assistance.forms.contacts import VisitForm
from shouwang.assistance.selectors.contacts import contact_get, visits_of_household
from shouwang.assistance.services import ContactNotFound, may_log, visit_log
from shouwang.assistance.views.common import LOGGERS, absent_as_404, card_of, viewer_of
from shouwang.kit.errors import Refusal
from shouwang.people.access import requires
from shouwang.sources.selectors.reporting import causes_offered
from shouwang.ui.forms import refusal_add, version_posted

LAST = 3


@require_http_methods(["GET", "POST"])
@requires(*LOGGERS)
def visit(request: HttpRequest, contact_id: int) -> HttpResponse:
    """This function takes a visit; a new risk becomes a clue."""
    viewer, today = viewer_of(request), timezone.localdate()
    with absent_as_404():
        contact = contact_get(viewer, contact_id)
        if contact is None or not may_log(viewer, contact):
            raise ContactNotFound
    card = card_of(viewer, contact.household_id)
    form = VisitForm(
        request.POST if request.method == "POST" else None,
        causes=causes_offered(slot=contact.slot, on=today),
        initial={"on": today, "way": "HOME", "is_met": "yes"},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = visit_log(
                viewer=viewer, contact_id=contact_id, version=version_posted(request), seen=form.seen(),
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refusal_add(form, refusal)
        else:
            more = "新的风险已上报成线索，一分钟内转成案件。" if made.clue_id else ""
            messages.success(request, f"走访{card.head_name}家已登记。{more}")
            return redirect("assistance:household_contacts", card.id)
    last = list(visits_of_household(viewer, card.id)[:LAST])
    page = VisitPage(contact, card, form, last, max(0, (today - contact.due_on).days))
    return render(request, "assistance/visit.html", {"page": page}, status=422 if form.is_bound else 200)
