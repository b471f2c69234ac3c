"""Warnings that the policy holds back until a person has looked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.screening.selectors import storms_waiting, warnings_held
from shouwang.screening.services import held_settle, storm_settle
from shouwang.screening.views.runs import READERS, SHOWN, warning_rows


@require_GET
@requires(*READERS)
def held(request: HttpRequest) -> HttpResponse:
    """This function lists the held warnings with their reasons."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    waiting = warnings_held(viewer)
    rows = warning_rows(viewer, list(waiting[:SHOWN]))
    total = waiting.count() if len(rows) == SHOWN else len(rows)
    return render(
        request, "screening/held.html",
        {"rows": rows, "total": total, "more": total - len(rows), "storms": storms_waiting(viewer)},
    )  # fmt: skip


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


@require_POST
@requires(Kind.COUNTY_CENTRE, roles={Role.CLERK, Role.LEADER})
def settle_storm(request: HttpRequest, run_id: int) -> HttpResponse:
    """This function releases or dismisses all that a run held because a changed line raised it."""
    is_released = request.POST.get("act") == "release"
    settled = storm_settle(
        viewer=request.viewer,  # type: ignore[attr-defined]
        run_id=run_id,
        is_released=is_released,
        reason=request.POST.get("reason", ""),
        at=timezone.now(),
    )
    done = f"已放行 {settled} 条，一分钟内开始转成案件。" if is_released else f"{settled} 条不予转办，理由记录在案。"
    messages.success(request, done)
    return redirect("screening:run", run_id)
