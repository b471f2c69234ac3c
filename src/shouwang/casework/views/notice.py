"""The notice of one case: what the sheet says, when it was posted, how long it hangs, who objected."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.contexts import NoticePage
from shouwang.casework.errors import CaseStale, NotAPhoto, NoticeDay
from shouwang.casework.forms import ObjectionForm, PostForm, ProofForm
from shouwang.casework.models import Case, Notice
from shouwang.casework.selectors import workflow_for
from shouwang.casework.selectors.notices import notice_lines, notices_of
from shouwang.casework.selectors.papers import attachments_of
from shouwang.casework.selectors.procedures import procedure_for
from shouwang.casework.services import notice_finish, notice_oppose, notice_post, notice_prove
from shouwang.casework.services.notices import TAKE_OBJECTIONS
from shouwang.casework.views import ACTING_ROLES, ACTORS, READERS
from shouwang.casework.views.answers import overtaken, stale
from shouwang.casework.views.heads import case_head, case_shown
from shouwang.casework.views.paper_lines import paper_lines
from shouwang.kit.errors import Refusal
from shouwang.people.access import Viewer, requires
from shouwang.rulebook.workflow import Act
from shouwang.ui.forms import version_posted
from shouwang.ui.pages import is_resumed, typed_lines


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def notice(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function shows a case's notice; by `act` it records a posting, an objection, or that it has run."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    if not any(stage.act == Act.NOTICE for stage in procedure_for(found).stages.values()):
        raise Http404
    acts: dict[str, Callable[[HttpRequest, Case], HttpResponse | None]] = {
        "post": _post, "oppose": _oppose, "finish": _finish, "prove": _prove,
    }  # fmt: skip
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if request.method == "POST" and not is_resumed(request):
        if viewer.kind not in ACTORS or viewer.role not in ACTING_ROLES:
            raise Http404
        error = overtaken(request, found)
        if error is not None:
            return _stale(request, error)
        try:
            answer = acts[act](request, found) if act in acts else None
        except CaseStale as late:
            return _stale(request, late)
        if answer is not None:
            return answer
    page = _page(request, found, act)
    status = 422 if request.method == "POST" and not is_resumed(request) else 200
    return render(request, "casework/notice.html", {"page": page}, status=status)


def _form(request: HttpRequest, kind: type[forms.Form], case: Case, *, is_posted: bool) -> forms.Form:
    """This function returns a form of the page; what was posted stays in it, with what was refused beside its field."""
    kept: forms.Form | None = getattr(request, "kept_form", None)
    if isinstance(kept, kind):
        return kept
    initial = {"version": case.version, "posted_on": timezone.localdate()}
    return kind(request.POST if is_posted else None, request.FILES if is_posted else None, initial=initial)


def _page(request: HttpRequest, case: Case, act: str) -> NoticePage:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    head = case_head(viewer, case, on)
    is_here = head.action.act == Act.NOTICE
    stage = procedure_for(case).stages[case.stage] if is_here else None
    stated = workflow_for(case).notices[stage.notice or ""] if stage else None
    sheets = notices_of(case)
    hanging = next((sheet for sheet in sheets if sheet.state == Notice.State.POSTED), None)
    may_post = head.action.may_act and is_here and hanging is None
    proofs = attachments_of(viewer, notice_ids=[sheet.pk for sheet in sheets])
    may_prove = head.action.may_act and hanging is not None
    may_object = hanging is not None and viewer.kind in TAKE_OBJECTIONS and viewer.role in ACTING_ROLES
    return NoticePage(
        head=head,
        rule=stated,
        preview=notice_lines(viewer, case, stated.value, stage.subject) if stage and stated else [],
        sheets=sheets,
        hanging=hanging,
        has_run=hanging is not None and on > hanging.ends_on,
        may_finish=head.action.may_act and hanging is not None,
        why_not="" if head.action.may_act or not is_here else head.action.why_not,
        post_form=_form(request, PostForm, case, is_posted=act == "post") if may_post else None,
        object_form=_form(request, ObjectionForm, case, is_posted=act == "oppose") if may_object else None,
        proof_form=_form(request, ProofForm, case, is_posted=act == "prove") if may_prove else None,
        needs_photo=stated is not None and stated.value.needs_photo,
        photos={key: paper_lines(viewer, rows) for key, rows in proofs.items()},
    )


def _post(request: HttpRequest, case: Case) -> HttpResponse | None:
    form = PostForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        try:
            sheet = notice_post(viewer=viewer, case_id=case.pk, at=timezone.now(), **data)
        except (NoticeDay, NotAPhoto) as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, f"已登记张贴，到 {sheet.ends_on:%Y-%m-%d} 满期。")
            return redirect("casework:notice", case.pk)
    request.kept_form = form  # type: ignore[attr-defined]
    return None


def _prove(request: HttpRequest, case: Case) -> HttpResponse | None:
    form = ProofForm(request.POST, request.FILES)
    if form.is_valid():
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        try:
            notice_prove(viewer=viewer, case_id=case.pk, at=timezone.now(), **form.cleaned_data)
        except NotAPhoto as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "已补上张贴的照片。")
            return redirect("casework:notice", case.pk)
    request.kept_form = form  # type: ignore[attr-defined]
    return None


def _oppose(request: HttpRequest, case: Case) -> HttpResponse | None:
    form = ObjectionForm(request.POST)
    if form.is_valid():
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        notice_oppose(viewer=viewer, case_id=case.pk, at=timezone.now(), **form.cleaned_data)
        messages.success(request, "异议已登记，案件退回核实。")
        return redirect("casework:case", case.pk)
    request.kept_form = form  # type: ignore[attr-defined]
    return None


def _finish(request: HttpRequest, case: Case) -> HttpResponse | None:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        notice_finish(viewer=viewer, case_id=case.pk, version=version_posted(request), at=timezone.now())
    except CaseStale:
        raise
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return None
    messages.success(request, "公示期满无异议，案件转入下一步。")
    return redirect("casework:case", case.pk)


def _stale(request: HttpRequest, error: CaseStale) -> HttpResponse:
    kinds: dict[str, type[forms.Form]] = {"post": PostForm, "oppose": ObjectionForm, "prove": ProofForm}
    kind = kinds.get(request.POST.get("act", ""))
    mine = typed_lines(kind(request.POST)) if kind else []
    return stale(request, error=error, mine=mine, resume=request.path if kind else "")
