"""A department's deliveries: drop a table, see what became of it, take it back; the county sees all of them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.kit.errors import Refusal
from shouwang.kit.sheets import XLSX
from shouwang.office.selectors import progress_by_id
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.sources.contexts import AsideLine, FeedsPage, ImportPage, Reason
from shouwang.sources.forms import DeliveryForm
from shouwang.sources.models import FeedImport, FeedRow
from shouwang.sources.rules.headings import Layout
from shouwang.sources.rules.kinds import feed_kind, kinds_of_department
from shouwang.sources.selectors.feeds import feed_freshness, import_get, imports_visible_to, rows_set_aside
from shouwang.sources.selectors.pairs import pairs_waiting
from shouwang.sources.services.deciding import may_decide
from shouwang.sources.services.refused import Unmatched, refused_rows_file, unmatched_people
from shouwang.sources.services.undoing import feed_import_undo
from shouwang.sources.services.uploads import feed_upload
from shouwang.sources.views.absence import absent_as_404
from shouwang.sources.views.lines import import_lines
from shouwang.sources.views.results import counts_of
from shouwang.ui.files import file_answer
from shouwang.ui.forms import version_posted
from shouwang.ui.pages import confirm_page
from shouwang.ui.tables import key_page

READERS = (
    Kind.DEPARTMENT, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT,
)  # fmt: skip
CLERKS = {Role.CLERK, Role.LEADER}
SHOWN_ROWS = 50


def _may_deliver(viewer: Viewer) -> bool:
    return viewer.kind is Kind.DEPARTMENT and viewer.role in CLERKS


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def feeds(request: HttpRequest) -> HttpResponse:
    """This function shows freshness and imports; a department's clerk delivers a table here."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    kinds = kinds_of_department(viewer.department) if _may_deliver(viewer) else ()
    form = None
    if kinds:
        form = DeliveryForm(request.POST if request.method == "POST" else None, request.FILES or None, kinds=kinds)
    if request.method == "POST":
        if form is None:
            return HttpResponse(status=404)
        if form.is_valid():
            answer = _deliver(request, form)
            if answer is not None:
                return answer
    rows = key_page(imports_visible_to(viewer), order=("-pk",), after=request.GET.get("after"))
    page = FeedsPage(
        form=form,
        kinds=kinds,
        freshness=feed_freshness(viewer, timezone.localdate()),
        lines=import_lines(rows.rows),
        page=rows,
        is_department=viewer.kind is Kind.DEPARTMENT,
    )
    return render(request, "sources/feeds.html", {"page": page}, status=422 if form and form.is_bound else 200)


def _deliver(request: HttpRequest, form: DeliveryForm) -> HttpResponse | None:
    """This function takes the file in; a refusal stands beside the file."""
    upload = form.cleaned_data["file"]
    try:
        taken = feed_upload(
            viewer=request.viewer,  # type: ignore[attr-defined]
            kind_key=form.cleaned_data["kind"],
            file_name=upload.name,
            content=upload.read(),
            data_date=form.cleaned_data["data_date"],
            at=timezone.now(),
        )
    except Refusal as refusal:
        form.add_error(getattr(refusal, "field", None) or "file", refusal.message)
        return None
    return redirect("sources:feed", taken.pk)


@require_GET
@requires(*READERS)
def feed(request: HttpRequest, import_id: int) -> HttpResponse:
    """This function shows how far an import is, and when it is over, what became of every row."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    with absent_as_404():
        taken = import_get(viewer, import_id)
    aside = rows_set_aside(viewer, taken)
    reasons = [
        Reason(row["reason"], row["column"], row["rows"], row["state"] == FeedRow.State.REFUSED)
        for row in aside.order_by().values("reason", "column", "state").annotate(rows=Count("pk")).order_by("-rows")
    ]
    shown = list(aside.order_by("-state", "sheet_number", "row_number")[:SHOWN_ROWS])
    checks = viewer.kind is Kind.COUNTY_CENTRE and viewer.role in CLERKS
    unmatched = [row for row in shown if checks and row.state == FeedRow.State.UNMATCHED]
    people = unmatched_people(viewer=viewer, taken=taken, rows=unmatched, at=timezone.now())
    rows = [
        _aside(row, people.get(row.pk)) for row in sorted(shown, key=lambda row: (row.sheet_number, row.row_number))
    ]
    page = ImportPage(
        line=import_lines([taken])[0],
        kind=feed_kind(taken.feed.kind),
        layouts=[Layout.from_json(body) for body in taken.layout],
        progress=progress_by_id(viewer, taken.progress_id) if taken.progress_id else None,
        reasons=reasons,
        aside=rows,
        more_aside=max(0, taken.rows_refused + taken.rows_unmatched - len(rows)),
        is_own=taken.organisation_id == viewer.organisation_id and _may_deliver(viewer),
        is_moving=is_moving(taken),
        shows_people=bool(people),
        counts=counts_of(taken, viewer),
        pairs_waiting=pairs_waiting(viewer, import_id=taken.pk).count() if may_decide(viewer) else 0,
    )
    return render(request, "sources/feed.html", {"page": page})


def _aside(row: FeedRow, person: Unmatched | None) -> AsideLine:
    return AsideLine(
        sheet=row.sheet,
        number=row.row_number,
        column=row.column,
        reason=row.reason,
        is_refused=row.state == FeedRow.State.REFUSED,
        name=person.name if person else "",
        masked_id=person.masked_id if person else "",
    )


@require_GET
@requires(Kind.DEPARTMENT, roles=CLERKS)
def refused(request: HttpRequest, import_id: int) -> HttpResponse:
    """This function hands out the rows that were not taken, with the reasons, to be mended and delivered again."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    with absent_as_404():
        name, content = refused_rows_file(viewer=viewer, import_id=import_id, at=timezone.now())
    return file_answer(name, content, media_type=XLSX)


@require_http_methods(["GET", "POST"])
@requires(Kind.DEPARTMENT, roles=CLERKS)
def undo(request: HttpRequest, import_id: int) -> HttpResponse:
    """This function asks once, then takes an import back."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    with absent_as_404():
        taken = import_get(viewer, import_id)
    back = reverse("sources:feed", args=[taken.pk])
    if request.method == "POST":
        feed_import_undo(viewer=viewer, import_id=taken.pk, version=version_posted(request), at=timezone.now())
        messages.success(request, "正在撤销，完成后这次导入的数据不再计算。")
        return redirect(back)
    line = import_lines([taken])[0]
    return confirm_page(
        request,
        title=f"撤销导入：{line.kind_name}",
        happens=[
            f"“{line.file_name}”导入的 {taken.facts_recorded:,} 条数据全部收回，不再参与筛查。",
            "已经因为这些数据开始的案件不会自动撤回，由县级防贫中心决定。",
            "导入记录和没有导入的行仍然保留；改正后可以重新上传。",
        ],
        button="撤销这次导入",
        back=back,
        hidden={"version": taken.version},
    )


def is_moving(taken: FeedImport) -> bool:
    """This function tells whether the worker still has something to do."""
    state = FeedImport.State
    return taken.state in (state.WAITING, state.RUNNING, state.UNDOING)
