"""How far long work is."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shouwang.office.contexts import ProgressListPage, ProgressPage
from shouwang.office.selectors import progress_visible_to
from shouwang.people.access import requires
from shouwang.ui.tables import key_page


@require_GET
@requires()
def page(request: HttpRequest, progress_id: int) -> HttpResponse:
    """This function shows one piece of work; the page renews itself until it is over."""
    viewer = request.viewer  # type: ignore[attr-defined]
    item = progress_visible_to(viewer).filter(pk=progress_id).first()
    if item is None:
        raise Http404
    return render(request, "office/progress.html", {"page": ProgressPage(item=item)})


@require_GET
@requires()
def listing(request: HttpRequest) -> HttpResponse:
    """This function lists the work of the viewer's organisation, newest first."""
    viewer = request.viewer  # type: ignore[attr-defined]
    found = key_page(progress_visible_to(viewer), order=["-pk"], after=request.GET.get("after"), size=20)
    return render(request, "office/progress_list.html", {"page": ProgressListPage(page=found)})
