"""What a person must look at in the register: a household without an adult, one that moved in, …"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.people.access import requires
from shouwang.register.contexts import FindingsContext, FormContext
from shouwang.register.errors import FindingNotFound
from shouwang.register.forms import SettlementForm
from shouwang.register.selectors import findings_open, household_cards
from shouwang.register.services import finding_settle
from shouwang.register.views.common import (
    EDITORS,
    READERS,
    WORKERS,
    absent_as_404,
    change,
    form_page,
    may_edit,
    posted,
    tabs_of,
    viewer_of,
)
from shouwang.ui.tables import key_page


@require_GET
@requires(*READERS)
def findings(request: HttpRequest) -> HttpResponse:
    """This function lists what township or county must look at."""
    viewer = viewer_of(request)
    rows = key_page(findings_open(viewer), order=("pk",), after=request.GET.get("after"))
    cards = household_cards(viewer, {row.household_id for row in rows.rows})
    page = FindingsContext(
        tabs=tabs_of(viewer, "findings"),
        lines=[(row, cards.get(row.household_id)) for row in rows.rows],
        page=rows,
        may_settle=may_edit(viewer),
        total=findings_open(viewer).order_by().count(),
    )
    return render(request, "register/findings.html", {"page": page})


@require_http_methods(["GET", "POST"])
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    """This function settles a finding with what was found out."""
    viewer = viewer_of(request)
    found = findings_open(viewer).filter(pk=finding_id).first()
    if found is None:
        raise FindingNotFound
    back = reverse("register:findings")
    card = household_cards(viewer, [found.household_id]).get(found.household_id)
    form = SettlementForm(posted(request))
    if form.is_valid():

        def act() -> HttpResponse:
            finding_settle(
                viewer=viewer, finding_id=finding_id, settlement=form.cleaned_data["settlement"], at=timezone.now()
            )
            messages.success(request, "已办结。")
            return redirect(back)

        if (answer := change(request, form, act, back=back)) is not None:
            return answer
    lead = f"{card.head_name}家 · {card.place}" if card else ""
    shown = [("要核对什么", found.get_kind_display()), ("说明", found.note or "没有")]
    return form_page(request, FormContext("核对登记信息", lead, form, "写明结果并办结", back, facts=shown))
