"""Handing out a stored file to the organisation it belongs to."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shouwang.office.selectors import file_belongs_to
from shouwang.office.services import file_open
from shouwang.people.access import requires


@never_cache
@require_GET
@requires()
def download(request: HttpRequest, file_id: int) -> HttpResponse:
    """This function hands out a file of the viewer's own organisation; the reading is logged."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if not file_belongs_to(viewer, file_id):
        raise Http404
    name, content = file_open(viewer=viewer, file_id=file_id, at=timezone.now())
    # Never shown inside the browser: what others uploaded must not run as a page of this house.
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
