"""The statement of a claim as a PDF, the claims of a pool as a workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shouwang.insurance.services import claims_export, statement_print
from shouwang.insurance.views.common import READERS, viewer_of
from shouwang.kit.sheets import XLSX
from shouwang.people.access import requires
from shouwang.ui.files import PDF, file_answer


@require_GET
@never_cache
@requires(*READERS)
def statement(request: HttpRequest, claim_id: int) -> HttpResponse:
    """This function hands out the statement of a claim."""
    name, content = statement_print(viewer=viewer_of(request), claim_id=claim_id, at=timezone.now())
    return file_answer(name, content, media_type=PDF)


@require_POST
@never_cache
@requires(*READERS)
def export(request: HttpRequest, pool_id: int) -> HttpResponse:
    """This function hands out the claims of a pool for a stated purpose."""
    name, content = claims_export(
        viewer=viewer_of(request), pool_id=pool_id, purpose=request.POST.get("purpose", ""), at=timezone.now()
    )
    return file_answer(name, content, media_type=XLSX)
