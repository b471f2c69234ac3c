"""The page of one pack version: every value in force on a day, with its source."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from shouwang.people.access import requires
from shouwang.standards.contexts import VersionPage
from shouwang.standards.rules import topics_shown
from shouwang.standards.selectors import adoptions_visible_to, policy_of, values_amended_in, version_by_id
from shouwang.standards.views.listing import READERS


def _day(text: str) -> date:
    try:
        return parse_date(text) or timezone.localdate()
    except ValueError:
        return timezone.localdate()


@require_GET
@requires(*READERS)
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """This function shows what a pack version states on a day."""
    found = version_by_id(version_id)
    if found is None:
        raise Http404
    on = _day(request.GET.get("on", ""))
    page = VersionPage(
        version=found,
        on=on,
        topics=topics_shown(policy_of(found, on=on)),
        adoptions=[
            row
            for row in adoptions_visible_to(request.viewer)  # type: ignore[attr-defined]
            if row.pack_version_id == found.pk
        ],
        amended=values_amended_in(found),
    )
    return render(request, "standards/version.html", {"page": page})
