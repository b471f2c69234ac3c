"""One flag of a case: what is to be looked at, and what a person found."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.contexts import FlagPage
from shouwang.casework.errors import CaseClosed, CaseStale
from shouwang.casework.forms import FlagForm
from shouwang.casework.selectors.flags import LOOKERS, LOOKING_ROLES, case_flags
from shouwang.casework.services.looking import flag_look
from shouwang.casework.views.answers import overtaken, stale
from shouwang.casework.views.heads import case_head, case_shown
from shouwang.people.access import Viewer, requires
from shouwang.ui.pages import is_resumed, typed_lines


@require_http_methods(["GET", "POST"])
@requires(*sorted(LOOKERS), roles=LOOKING_ROLES)
def flag(request: HttpRequest, case_id: int, key: str) -> HttpResponse:
    """This function shows one flag and takes down what somebody found."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = case_shown(viewer, case_id, on)
    stated = next((each for each in case_flags(found, on=on) if each.key == key), None)
    if stated is None:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = FlagForm(posted, overrides=stated.overrides, initial={"version": found.version})
    error = overtaken(request, found)
    if error is None and not found.is_open:
        raise CaseClosed
    if error is None and posted is not None and not is_resumed(request) and form.is_valid():
        try:
            flag_look(viewer=viewer, case_id=case_id, key=key, at=timezone.now(), **form.cleaned_data)
            messages.success(request, f"已记下对“{stated.name}”的核看结论。")
            return redirect(reverse("casework:case", args=[case_id]) + "#flags")
        except CaseStale as late:
            error = late
    if error is not None:
        return stale(request, error=error, mine=typed_lines(form), resume=request.path if found.is_open else "")
    status = 422 if posted is not None and not is_resumed(request) else 200
    page = FlagPage(head=case_head(viewer, found, on), flag=stated, form=form)
    return render(request, "casework/flag.html", {"page": page}, status=status)
