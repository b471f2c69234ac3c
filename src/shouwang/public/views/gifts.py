"""The way to the public list of gifts: which county's."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from shouwang.public.contexts import PlacePage
from shouwang.public.pages import public_page
from shouwang.public.selectors.places import COUNTY, place_step


@require_GET
@public_page
def gifts(request: HttpRequest) -> HttpResponse:
    """This function asks whose list of gifts is to be read, one step a page, and leads to it."""
    step = place_step(request.GET.get("in", "")[:12], level=COUNTY)
    if step is None:
        raise Http404
    if step.reached is not None:
        return redirect("assistance:given", step.reached.code)
    return render(request, "public/place.html", {"page": PlacePage(step, "看捐赠清单")})
