"""A picture of a report, handed out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shouwang.office.services import paper_glance, paper_open
from shouwang.people.access import READS_REGISTER, Kind, Viewer, requires
from shouwang.sources.selectors.pictures import picture_get
from shouwang.sources.views.absence import absent_as_404
from shouwang.ui.files import paper_answer


@never_cache
@require_GET
@requires(*sorted(READS_REGISTER - {Kind.SYSTEM}))
def picture(request: HttpRequest, picture_id: int) -> HttpResponse:
    """This function hands out a picture, small with `?small=1`; the look is logged."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    with absent_as_404():
        found = picture_get(viewer, picture_id)
    now = timezone.now()
    if request.GET.get("small"):
        shown = paper_glance(viewer=viewer, paper_id=found.paper_id, at=now)
    else:
        shown = paper_open(viewer=viewer, paper_id=found.paper_id, at=now, purpose=f"线索 {found.clue_id} 的照片")
    return paper_answer(shown.name, shown.content, media_type=shown.media_type)
