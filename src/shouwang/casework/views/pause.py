"""Stopping the clock of a case with a reason, and letting it go on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from shouwang.casework.contexts import PausePage
from shouwang.casework.errors import CaseStale, PauseRefused
from shouwang.casework.forms import PauseForm
from shouwang.casework.models import Case, Pause
from shouwang.casework.selectors.clocks import pause_budget, pauses_allowed
from shouwang.casework.services import case_pause, case_resume
from shouwang.casework.services.pausing import pausing_check
from shouwang.casework.views import ACTING_ROLES, ACTORS
from shouwang.casework.views.answers import overtaken, stale
from shouwang.casework.views.heads import case_head, case_shown
from shouwang.people.access import Viewer, requires
from shouwang.ui.forms import version_posted
from shouwang.ui.pages import is_resumed, typed_lines


def _reasons(viewer: Viewer, case: Case) -> dict[str, str]:
    return {key: f"{stated.name}（一次最多 {stated.value.days} 天）"
            for key, stated in pauses_allowed(viewer, case).items()}  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*ACTORS, roles=ACTING_ROLES)
def pause(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function asks why and until when a clock stands still, and stops it; or shows that it does."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    error = overtaken(request, found)
    if error is not None:
        return _stale(request, viewer, found, error)
    pausing_check(viewer, found)
    data = request.POST if request.method == "POST" else None
    form = PauseForm(data, reasons=_reasons(viewer, found), initial={"version": found.version})
    if request.method == "POST" and not is_resumed(request) and form.is_valid():
        given = form.cleaned_data
        try:
            case_pause(
                viewer=viewer, case_id=case_id, version=given["version"], reason_key=given["reason"],
                note=given["note"], until_on=given["until_on"], at=timezone.now(),
            )  # fmt: skip
        except CaseStale as late:
            return _stale(request, viewer, case_shown(viewer, case_id, on), late)
        except PauseRefused as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            messages.success(request, f"已暂停计时，{given['until_on']:%Y-%m-%d} 恢复。")
            return redirect("casework:case", case_id)
    page = PausePage(
        head=case_head(viewer, found, on),
        form=None if found.paused_until else form,
        budget=pause_budget(found),
        pauses=list(Pause.objects.filter(case=found).order_by("-pk")),
        may_resume=found.paused_until is not None,
    )
    status = 422 if request.method == "POST" and not is_resumed(request) else 200
    return render(request, "casework/pause.html", {"page": page}, status=status)


def _stale(request: HttpRequest, viewer: Viewer, case: Case, error: CaseStale) -> HttpResponse:
    reasons = _reasons(viewer, case)
    mine = typed_lines(PauseForm(request.POST, reasons=reasons))
    return stale(request, error=error, mine=mine, resume=request.path if reasons else "")


@require_POST
@requires(*ACTORS, roles=ACTING_ROLES)
def resume(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function lets the clock of a paused case go on."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = case_shown(viewer, case_id, timezone.localdate())
    error = overtaken(request, found)
    if error is not None:
        return _stale(request, viewer, found, error)
    case = case_resume(viewer=viewer, case_id=case_id, version=version_posted(request), at=timezone.now())
    messages.success(request, f"已恢复计时，期限 {case.due_on:%Y-%m-%d}。" if case.due_on else "已恢复计时。")
    return redirect("casework:case", case_id)
