"""Importing exports of the national system: choose the files, see how far it is, what came of every row."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.kit.errors import Refusal
from shouwang.kit.sheets import XLSX
from shouwang.kit.tables import TableTooLarge
from shouwang.office.selectors import progress_by_id
from shouwang.office.services import file_open
from shouwang.people.access import Viewer, requires
from shouwang.people.selectors import top_area
from shouwang.register.contexts import ImportContext, ImportsContext
from shouwang.register.errors import DayInFuture
from shouwang.register.forms import ImportForm
from shouwang.register.selectors import import_get, imports_visible_to
from shouwang.register.selectors.work import refusals_counted, refusals_first
from shouwang.register.services.importing import UploadedFile, import_start
from shouwang.register.services.importing.run import NoArea
from shouwang.register.views.common import EDITORS, WORKERS, absent_as_404, posted, tabs_of, viewer_of
from shouwang.ui.files import file_answer
from shouwang.ui.tables import key_page

SHOWN = 50
COUNTS = (
    ("rows", "读取", "行"), ("households", "读到", "户"), ("households_new", "新登记", "户"),
    ("persons_new", "新登记", "人"), ("households_known", "原已登记，核对过", "户"),
    ("persons_known", "原已登记，核对过", "人"), ("memberships_changed", "成员关系有变动", "人"),
    ("states_changed", "情况有变化", "条"), ("incomes", "记入收入", "条"), ("waiting", "待县级核对，暂未登记", "人"),
    ("rows_refused", "退回", "行"), ("notices", "已导入，但有提醒", "条"),
)  # fmt: skip
BESIDE = {NoArea: "area", DayInFuture: "data_date", TableTooLarge: "files"}


@require_http_methods(["GET", "POST"])
@requires(*EDITORS, roles=WORKERS)
def imports(request: HttpRequest) -> HttpResponse:
    """This function lists the organisation's imports and takes a new one."""
    viewer = viewer_of(request)
    own = top_area(viewer)
    initial = {"data_date": timezone.localdate(), "area": own.code if own else ""}
    form = ImportForm(posted(request), request.FILES or None, viewer=viewer, initial=initial)
    if request.method == "POST" and form.is_valid():
        started = _start(viewer, form)
        if started is not None:
            return redirect("register:import", started)
    place = form.cleaned_data.get("area") if form.is_bound else None
    shown = place.full_name if place else (own.full_name if own and not form.is_bound else "")
    rows = key_page(imports_visible_to(viewer), order=("-pk",), after=request.GET.get("after"))
    page = ImportsContext(
        tabs=tabs_of(viewer, "imports"),
        form=form,
        page=rows,
        area_search=reverse("people:areas_search"),
        area_shown=shown,
        is_running=any(run.state in (run.State.WAITING, run.State.RUNNING) for run in rows.rows),
    )
    return render(request, "register/imports.html", {"page": page}, status=422 if form.errors else 200)


def _start(viewer: Viewer, form: ImportForm) -> int | None:
    """This function starts the import and returns its id; a refusal stands beside its field."""
    data = form.cleaned_data
    try:
        files = [UploadedFile(file.name, file.read()) for file in data["files"]]
        run = import_start(
            viewer=viewer, files=files, lo=data["area"].lo, hi=data["area"].hi, data_date=data["data_date"],
            at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        field = next((name for kind, name in BESIDE.items() if isinstance(refusal, kind)), "files")
        form.add_error(field, str(refusal))
        return None
    return run.pk


@require_GET
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def page(request: HttpRequest, import_id: int) -> HttpResponse:
    """This function shows one import: its progress, then its result."""
    viewer = viewer_of(request)
    run = import_get(viewer, import_id)
    refused = refusals_first(run, limit=SHOWN)
    counts: dict[str, Any] = run.counts
    context = ImportContext(
        run=run,
        progress=progress_by_id(viewer, run.progress_id) if run.progress_id else None,
        counts=[(label, counts[name], unit) for name, label, unit in COUNTS if counts.get(name)],
        reasons=refusals_counted(run),
        refused=refused.rows,
        more_refused=refused.more,
        notices=refusals_counted(run, notices=True),
        is_over=run.state in (run.State.DONE, run.State.FAILED),
    )
    return render(request, "register/import.html", {"page": context})


@require_GET
@requires(*EDITORS, roles=WORKERS)
@absent_as_404
def refused(request: HttpRequest, import_id: int) -> HttpResponse:
    """This function hands out the refused rows as a workbook to mend and import again; the reading is logged."""
    viewer = viewer_of(request)
    run = import_get(viewer, import_id)
    if run.refused_file_id is None:
        raise Http404
    name, content = file_open(viewer=viewer, file_id=run.refused_file_id, at=timezone.now())
    return file_answer(name, content, media_type=XLSX)
