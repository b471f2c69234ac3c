"""Moving a case to the policy in force now: what it would change, and the reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.contexts import RenewPage
from shouwang.casework.errors import CaseClosed, CaseStale, NothingNewer, VersionUnfit
from shouwang.casework.forms import RenewForm
from shouwang.casework.services import case_renew, newer_for, renewal_changes
from shouwang.casework.views.answers import overtaken, stale
from shouwang.casework.views.heads import case_head, case_shown
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.ui.pages import is_resumed, typed_lines


@require_http_methods(["GET", "POST"])
@requires(Kind.COUNTY_CENTRE, roles={Role.CLERK, Role.LEADER})
def renew(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function shows what the policy in force would change for a case, and moves the case to it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    error = overtaken(request, found)
    if error is None and not found.is_open:
        raise CaseClosed
    form = RenewForm(request.POST if request.method == "POST" else None, initial={"version": found.version})
    why_not, newer = "", None
    if error is None:
        try:
            newer = newer_for(found, on=on)
        except (NothingNewer, VersionUnfit) as refusal:
            why_not = refusal.message
    if error is None and newer and request.method == "POST" and not is_resumed(request) and form.is_valid():
        try:
            case_renew(viewer=viewer, case_id=case_id, at=timezone.now(), **form.cleaned_data)
            messages.success(request, f"已改按《{newer.version.name}》现行规定办理。")
            return redirect("casework:case", case_id)
        except CaseStale as late:
            error = late
    if error is not None:
        return stale(request, error=error, mine=typed_lines(form), resume=request.path if found.is_open else "")
    page = RenewPage(
        head=case_head(viewer, found, on),
        form=form if newer else None,
        why_not=why_not,
        changes=renewal_changes(found, newer) if newer else [],
        newer_name=newer.version.name if newer else "",
    )
    status = 422 if request.method == "POST" and not is_resumed(request) else 200
    return render(request, "casework/renew.html", {"page": page}, status=status)
