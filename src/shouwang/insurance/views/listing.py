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
from shouwang.insurance.selectors import (
    claim_counts,
    claims_given_back,
    claims_overpaid,
    claims_to_pay,
    claims_visible_to,
    papers_late,
)
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
    named = {
        "to_pay": ("等承保公司付款", claims_to_pay(viewer)), "returned": ("银行退回", claims_given_back(viewer)),
        "late": ("补材料逾期", papers_late(viewer, today)), "over": ("多付要追回", claims_overpaid(viewer)),
    }  # fmt: skip
    found = named[asked][1] if asked in named else claims_visible_to(viewer)
    if pool is not None:
        found = found.filter(pool_id=pool)
    if state:
        found = found.filter(state=state)
    page = key_page(found.order_by(), order=("-opened_at",), after=request.GET.get("after"))
    address = reverse("insurance:claims") + (f"?pool={pool}&" if pool is not None else "?")
    tabs = [("全部", address.rstrip("?&"), not asked, sum(counts.values()))]
    tabs += [
        (str(each.label), f"{address}state={each.value}", each.value == state, counts[each.value])
        for each in State
        if counts[each.value] or each.value == state
    ]
    for key, (label, rows) in named.items():
        count = (rows if pool is None else rows.filter(pool_id=pool)).count()
        # Where every claim that waits for a payment waits for an insurer, one tab says it.
        if asked == key or (count and not (key == "to_pay" and count == counts[State.REQUESTED])):
            tabs.append((label, f"{address}state={key}", asked == key, count))
    label = named[asked][0] if asked in named else str(State(state).label) if state else ""
    return render(request, "insurance/claims.html", {"page": ClaimsPage(tabs, page.rows, page, label)})
