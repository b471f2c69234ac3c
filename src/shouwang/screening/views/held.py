"""Warnings that the policy holds back until a person has looked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.screening.selectors import warnings_held
from shouwang.screening.services import held_settle
from shouwang.screening.views.runs import READERS, SHOWN, warning_rows


@require_GET
@requires(*READERS)
def held(request: HttpRequest) -> HttpResponse:
    """This function lists the held warnings with their reasons."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    waiting = warnings_held(viewer)
    rows = warning_rows(viewer, list(waiting[:SHOWN]))
    return render(request, "screening/held.html", {"rows": rows, "total": waiting.count()})


@require_POST
@requires(Kind.COUNTY_CENTRE, roles={Role.CLERK, Role.LEADER})
def settle(request: HttpRequest, warning_id: int) -> HttpResponse:
    """This function releases or dismisses a held warning."""
    is_released = request.POST.get("act") == "release"
    held_settle(
        viewer=request.viewer,  # type: ignore[attr-defined]
        warning_id=warning_id,
        is_released=is_released,
        reason=request.POST.get("reason", ""),
        at=timezone.now(),
    )
    messages.success(request, "已放行，一分钟内转成案件。" if is_released else "已不予转办，理由记录在案。")
    return redirect("screening:held")
