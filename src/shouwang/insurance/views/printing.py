"""The statement of a claim as a PDF, the claims of a pool as a workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shouwang.insurance.errors import ListTooLong
from shouwang.insurance.forms import ListForm
from shouwang.insurance.selectors import pool_get
from shouwang.insurance.services import claims_export, statement_print
from shouwang.insurance.views.common import READERS, viewer_of
from shouwang.insurance.views.pools import pool_page
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
    """This function hands out the claims of a pool for a stated purpose; refused, the pool's page says why."""
    viewer = viewer_of(request)
    found = pool_get(viewer, pool_id)
    form = ListForm(request.POST)
    if form.is_valid():
        try:
            name, content = claims_export(
                viewer=viewer, pool_id=pool_id, purpose=form.cleaned_data["purpose"], at=timezone.now()
            )
        except ListTooLong as refusal:
            form.add_error(None, refusal.message)
        else:
            return file_answer(name, content, media_type=XLSX)
    return render(request, "insurance/pool.html", {"page": pool_page(found, viewer, list_form=form)}, status=422)
