"""Lists of payments, benefits and the ledger as a workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shouwang.funds.contexts import ExportPage
from shouwang.funds.errors import ExportPurposeMissing, ExportTooLong
from shouwang.funds.forms import ExportForm
from shouwang.funds.services.exporting import LIMIT, money_export
from shouwang.funds.views.common import READ, money_tabs, year_asked
from shouwang.kit.sheets import XLSX
from shouwang.people.access import Viewer, requires
from shouwang.ui.files import file_answer
from shouwang.ui.forms import refusal_add


@never_cache
@require_http_methods(["GET", "POST"])
@requires(*READ)
def export(request: HttpRequest) -> HttpResponse:
    """This function hands out a workbook for a purpose, or asks for both."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    year, years = year_asked(viewer, request.GET.get("year", ""))
    form = ExportForm(request.POST or None, years=years, initial={"year": year})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            name, content = money_export(
                viewer=viewer, what=said["what"], year=said["year"], purpose=said["purpose"], at=timezone.now()
            )
        except (ExportPurposeMissing, ExportTooLong) as refusal:
            refusal_add(form, refusal)
        else:
            return file_answer(name, content, media_type=XLSX)
    page = ExportPage(tabs=money_tabs(viewer, "export"), form=form, limit=LIMIT)
    return render(request, "funds/export.html", {"page": page}, status=422 if form.errors else 200)
