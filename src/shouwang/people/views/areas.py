"""The search behind area pickers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shouwang.people.forms import area_options
from shouwang.people.selectors import areas_matching
from shouwang.people.views.common import signed_in, viewer_of

LIMIT = 12


@require_GET
@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """This function answers a picker with the viewer's areas that begin with what was typed; `?level=` narrows it."""
    asked = request.GET.get("q", "")[:40]
    level = request.GET.get("level", "")
    found = areas_matching(viewer_of(request), asked, level=int(level) if level in tuple("12345") else None)
    return render(request, "ui/picker_options.html", {"options": area_options(list(found[:LIMIT])), "asked": asked})
