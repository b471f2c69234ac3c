"""Many claims of a pool computed in one go: the list to fill in, handing it in, what came of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.insurance.contexts import LeftLine, SettlePage, WorkPage
from shouwang.insurance.errors import ListTooLong
from shouwang.insurance.forms import ListFileForm, ListForm
from shouwang.insurance.models import Pool, SettleWork
from shouwang.insurance.rules import State
from shouwang.insurance.selectors import claims_visible_to, lefts_of, pool_get, work_get
from shouwang.insurance.services import LIST_LIMIT, open_list, settle_request
from shouwang.insurance.views.common import ROLES, WORKING, refusal_add, viewer_of
from shouwang.kit.errors import Refusal
from shouwang.kit.sheets import XLSX
from shouwang.office.selectors import Progress, progress_visible_to
from shouwang.people.access import Viewer, requires
from shouwang.ui.files import file_answer
from shouwang.ui.tables import key_page

SHOWN = 10


def _page(viewer: Viewer, pool: Pool, form: ListFileForm, purpose_form: ListForm) -> SettlePage:
    works = list(pool.works.order_by("-pk")[:SHOWN])
    return SettlePage(
        pool=pool, open_count=claims_visible_to(viewer).filter(pool=pool, state=State.OPEN).count(),
        list_limit=LIST_LIMIT, form=form, purpose_form=purpose_form, works=works,
        under_way=_under_way(viewer, works),
    )  # fmt: skip


def _under_way(viewer: Viewer, works: Iterable[SettleWork]) -> Progress | None:
    keys = [work.progress_id for work in works if not work.is_over and work.progress_id]
    return progress_visible_to(viewer).filter(pk__in=keys).first() if keys else None


@require_http_methods(["GET", "POST"])
@requires(*WORKING, roles=ROLES)
def settle(request: HttpRequest, pool_id: int) -> HttpResponse:
    """This function takes an insurer's list of losses, or has all open claims of a pool computed again."""
    viewer = viewer_of(request)
    pool = pool_get(viewer, pool_id)
    is_list = request.method == "POST" and "again" not in request.POST
    form = ListFileForm(*((request.POST, request.FILES) if is_list else (None, None)))
    if request.method == "POST" and (not is_list or form.is_valid()):
        file = form.cleaned_data["file"] if is_list else None
        try:
            asked = settle_request(
                viewer=viewer, pool_id=pool.pk, at=timezone.now(), list_name=file.name if file else "",
                content=file.read() if file else b"",
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.is_absent:
                raise
            if not is_list:
                messages.error(request, refusal.message)
                return redirect("insurance:settle", pool.pk)
            refusal_add(form, refusal)
        else:
            messages.success(request, "在后台算，算完写明结果。")
            return redirect("insurance:settle_work", pool.pk, asked.pk)
    page = _page(viewer, pool, form, ListForm())
    return render(request, "insurance/settle.html", {"page": page}, status=422 if form.errors else 200)


@require_POST
@never_cache
@requires(*WORKING, roles=ROLES)
def blank(request: HttpRequest, pool_id: int) -> HttpResponse:
    """This function hands out the list of a pool's open claims, to be filled in, for a stated purpose."""
    viewer = viewer_of(request)
    pool = pool_get(viewer, pool_id)
    form = ListForm(request.POST)
    if form.is_valid():
        try:
            name, content = open_list(
                viewer=viewer, pool_id=pool_id, purpose=form.cleaned_data["purpose"], at=timezone.now()
            )
        except ListTooLong as refusal:
            form.add_error(None, refusal.message)
        else:
            return file_answer(name, content, media_type=XLSX)
    page = _page(viewer, pool, ListFileForm(), form)
    return render(request, "insurance/settle.html", {"page": page}, status=422)


@require_GET
@requires(*WORKING, roles=ROLES)
def work(request: HttpRequest, pool_id: int, work_id: int) -> HttpResponse:
    """This function shows how far a computation of many claims is, and what could not be computed."""
    viewer = viewer_of(request)
    pool = pool_get(viewer, pool_id)
    found = work_get(viewer, pool_id, work_id)
    page = key_page(lefts_of(found), order=("pk",), after=request.GET.get("after"))
    claims = claims_visible_to(viewer).in_bulk([left.claim_id for left in page.rows if left.claim_id])
    lines = [LeftLine(left, claims.get(left.claim_id or 0)) for left in page.rows]
    context = WorkPage(pool, found, lines, page, _under_way(viewer, [found]))
    return render(request, "insurance/settle_work.html", {"page": context})
