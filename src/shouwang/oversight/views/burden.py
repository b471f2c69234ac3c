"""How much the forms ask: what is asked, what is known already and need not be."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.oversight.contexts.burden import BurdenPage
from shouwang.oversight.selectors.burden import burden_of
from shouwang.people.access import Kind, Viewer, requires

READERS = (
    Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT,
)  # fmt: skip


@require_GET
@requires(*READERS)
def burden(request: HttpRequest) -> HttpResponse:
    """This function shows what the forms of the viewer's areas asked within a year, by channel."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    page = BurdenPage(viewer.organisation_name, burden_of(viewer, on=timezone.localdate()))
    return render(request, "oversight/burden.html", {"page": page})
