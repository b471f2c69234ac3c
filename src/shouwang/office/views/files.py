"""Handing out a stored file to the organisation it belongs to."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shouwang.office.selectors import file_belongs_to
from shouwang.office.services import file_open
from shouwang.people.access import requires
from shouwang.ui.files import file_answer


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
    return file_answer(name, content, media_type="application/octet-stream")
