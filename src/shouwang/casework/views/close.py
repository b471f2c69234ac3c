"""Closing a case outside the procedure; asked once more."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.contexts import ClosePage, ConfirmPage
from shouwang.casework.errors import CaseStale, NotYourTurn
from shouwang.casework.forms import CloseForm
from shouwang.casework.models import Case
from shouwang.casework.selectors import may_close
from shouwang.casework.selectors.procedures import procedure_for
from shouwang.casework.services import case_close
from shouwang.casework.views import ACTING_ROLES, ACTORS
from shouwang.casework.views.answers import confirm, overtaken, stale
from shouwang.casework.views.heads import case_head, case_shown
from shouwang.people.access import Viewer, requires
from shouwang.ui.pages import carried, is_resumed, typed_lines


@require_http_methods(["GET", "POST"])
@requires(*ACTORS, roles=ACTING_ROLES)
def close(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function asks how and why a case is closed on its way, and closes it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    head = case_head(viewer, found, on)
    closings = may_close(viewer, found)
    error = overtaken(request, found)
    if error is not None:
        return _stale(request, found, error, is_possible=bool(closings))
    if not closings:
        raise NotYourTurn(stage="途中结案", who="县级防贫中心")
    form = CloseForm(
        request.POST if request.method == "POST" else None, closings=closings, initial={"version": found.version}
    )
    if request.method == "POST" and not is_resumed(request) and form.is_valid():
        name = closings[form.cleaned_data["closing"]]
        if "confirm" not in request.POST:
            page = ConfirmPage(
                title=f"{name}：{head.name}",
                happens=[
                    f"{head.name}（{head.place}）的案件以“{name}”结案，不能再改。",
                    f"理由记为：{form.cleaned_data['reason']}",
                    "还没有反馈的核查任务一并终止。",
                ],
                button="途中结案",
                carried=[*carried(request), ("version", str(form.cleaned_data["version"])), ("confirm", "1")],
                back=request.path,
            )
            return confirm(request, page)
        try:
            case_close(viewer=viewer, case_id=case_id, at=timezone.now(), **form.cleaned_data)
        except CaseStale as late:
            now = case_shown(viewer, case_id, on)
            return _stale(request, now, late, is_possible=bool(may_close(viewer, now)))
        messages.success(request, f"已结案：{name}。")
        return redirect("casework:case", case_id)
    status = 422 if request.method == "POST" and not is_resumed(request) else 200
    return render(request, "casework/close.html", {"page": ClosePage(head, form)}, status=status)


def _stale(request: HttpRequest, case: Case, error: CaseStale, *, is_possible: bool) -> HttpResponse:
    names = {key: closing.name for key, closing in procedure_for(case).closings.items()}
    mine = typed_lines(CloseForm(request.POST, closings=names))
    return stale(request, error=error, mine=mine, resume=request.path if is_possible else "")
