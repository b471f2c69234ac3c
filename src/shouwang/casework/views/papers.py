"""The photos and PDFs of a case: listed, added to, looked at, taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.casework.contexts import PapersPage
from shouwang.casework.errors import CaseStale
from shouwang.casework.forms import AttachForm, WithdrawForm
from shouwang.casework.selectors.papers import attachment_get, attachments_of_case, paper_kinds
from shouwang.casework.services import attachment_withdraw, case_attach
from shouwang.casework.services.attaching import may_withdraw
from shouwang.casework.views import ACTING_ROLES, ACTORS, READERS
from shouwang.casework.views.answers import overtaken, stale
from shouwang.casework.views.heads import case_head, case_shown
from shouwang.casework.views.paper_lines import paper_lines
from shouwang.office.services import Shown, paper_glance, paper_open
from shouwang.people.access import Kind, Viewer, requires
from shouwang.ui.files import paper_answer
from shouwang.ui.forms import version_posted
from shouwang.ui.pages import confirm_page, is_resumed, typed_lines

LOOKERS = (*READERS, Kind.DEPARTMENT, Kind.INSURER)
# A paper is shown, never run: nothing may be loaded, scripted or framed by it.


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def papers(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function shows a case's papers, and attaches more."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    works = viewer.kind in ACTORS and viewer.role in ACTING_ROLES
    if request.method == "POST" and not works:
        raise Http404
    form = None
    if works and (found.is_open or request.method == "POST"):
        posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = AttachForm(*posted, kinds=paper_kinds(found), initial={"version": found.version})
    if request.method == "POST" and form is not None and not is_resumed(request):
        late = overtaken(request, found)
        if late is not None:
            return stale(request, error=late, mine=typed_lines(form), resume=request.path)
        if form.is_valid():
            data = form.cleaned_data
            try:
                rows = case_attach(
                    viewer=viewer, case_id=case_id, version=data["version"], ready=data["papers"], kind=data["kind"],
                    caption=data["caption"], at=timezone.now(),
                )  # fmt: skip
            except CaseStale as error:
                return stale(request, error=error, mine=typed_lines(form), resume=request.path)
            messages.success(request, f"已附上 {len(rows)} 份材料。")
            return redirect("casework:papers", case_id)
    page = PapersPage(
        head=case_head(viewer, found, on),
        papers=paper_lines(viewer, attachments_of_case(viewer, case_id)),
        form=form,
        why_not="" if found.is_open else "案件已经结案，不再附材料。",
    )
    status = 422 if request.method == "POST" and not is_resumed(request) else 200
    return render(request, "casework/papers.html", {"page": page}, status=status)


@never_cache
@require_GET
@requires(*LOOKERS)
def paper(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """This function hands out one paper; the look is logged."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = attachment_get(viewer, attachment_id)
    purpose = f"案件 {found.case_id} 的材料"
    return _handed(paper_open(viewer=viewer, paper_id=found.paper_id, at=timezone.now(), purpose=purpose))


@never_cache
@require_GET
@requires(*LOOKERS)
def thumb(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """This function hands out a photo's thumbnail; the look is logged."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = attachment_get(viewer, attachment_id)
    return _handed(paper_glance(viewer=viewer, paper_id=found.paper_id, at=timezone.now()))


def _handed(shown: Shown) -> HttpResponse:
    """This function answers with a paper: photos in the page, everything else as a download, nothing kept by caches."""
    return paper_answer(shown.name, shown.content, media_type=shown.media_type)


@require_http_methods(["GET", "POST"])
@requires(*ACTORS, roles=ACTING_ROLES)
def withdraw(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """This function takes back a paper that was attached by mistake, asking once."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = attachment_get(viewer, attachment_id)
    if not may_withdraw(viewer, found):
        raise Http404
    case = case_shown(viewer, found.case_id, timezone.localdate())
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            attachment_withdraw(
                viewer=viewer, attachment_id=attachment_id, version=version_posted(request),
                reason=form.cleaned_data["reason"], at=timezone.now(),
            )  # fmt: skip
        except CaseStale as error:
            return stale(request, error=error, mine=typed_lines(form))
        messages.success(request, "已撤下这份材料。")
        return redirect("casework:papers", case.pk)
    return confirm_page(
        request,
        title=f"撤下材料：{found.kind_name}",
        happens=["谁都不再看得到这份材料。", "撤下的人、时间和理由记入案件的办理经过。"],
        button="撤下材料",
        back=reverse("casework:papers", args=[case.pk]),
        hidden={"version": case.version},
        form=form,
    )
