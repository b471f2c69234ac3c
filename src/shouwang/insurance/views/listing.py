"""The desk of claims."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.insurance.contexts import ClaimsPage
from shouwang.insurance.navigation import CLAIM_READERS
from shouwang.insurance.rules import State
from shouwang.insurance.selectors import claim_counts, claims_visible_to, papers_late
from shouwang.insurance.views.common import viewer_of
from shouwang.people.access import requires
from shouwang.ui.forms import key_read
from shouwang.ui.tables import key_page


@require_GET
@requires(*CLAIM_READERS)
def claims(request: HttpRequest) -> HttpResponse:
    """This function lists the claims of the viewer's company or areas, by where they stand, newest first."""
    viewer, today = viewer_of(request), timezone.localdate()
    pool = key_read(request.GET.get("pool", ""))
    counts = claim_counts(viewer, pool_id=pool)
    asked = request.GET.get("state", "")
    state = asked if asked in State.values else ""
    found, late = claims_visible_to(viewer), papers_late(viewer, today)
    if pool is not None:
        found, late = found.filter(pool_id=pool), late.filter(pool_id=pool)
    if asked == "late":
        found = late.order_by("-pk")
    elif state:
        found = found.filter(state=state)
    page = key_page(found.order_by(), order=("-opened_at",), after=request.GET.get("after"))
    address = reverse("insurance:claims") + (f"?pool={pool}&" if pool is not None else "?")
    tabs = [("全部", address.rstrip("?&"), not asked, sum(counts.values()))]
    tabs += [
        (str(each.label), f"{address}state={each.value}", each.value == state, counts[each.value])
        for each in State
        if counts[each.value] or each.value == state
    ]
    number_late = late.count()
    if number_late or asked == "late":
        tabs.append(("补材料逾期", f"{address}state=late", asked == "late", number_late))
    label = "补材料逾期" if asked == "late" else str(State(state).label) if state else ""
    return render(request, "insurance/claims.html", {"page": ClaimsPage(tabs, page.rows, page, label, number_late)})
