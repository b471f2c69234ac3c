"""The policy lab: where standards are tried before anybody adopts them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shouwang.oversight.contexts import LabPage
from shouwang.oversight.selectors import trials_visible_to
from shouwang.people.access import Kind, Viewer, requires
from shouwang.screening.selectors import runs_triable
from shouwang.ui.tables import key_page

# Who sets, decides or oversees policy tries it; the auditor reads what was tried.
TRIERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE)
READERS = (*TRIERS, Kind.AUDIT)


@require_GET
@requires(*READERS)
def lab(request: HttpRequest) -> HttpResponse:
    """This function shows the ways to try a policy, and on what."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    page = LabPage(
        latest=runs_triable(viewer).first(),
        may_try=viewer.kind in TRIERS,
        trials=key_page(trials_visible_to(viewer), order=["-pk"], after=request.GET.get("after"), size=20),
    )
    return render(request, "oversight/lab.html", {"page": page})
