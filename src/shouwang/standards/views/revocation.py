"""What is done with a version found wrong: asked for on the page of its adoption, settled there by another person."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from shouwang.people.access import Viewer, requires
from shouwang.standards.selectors import revocations_visible_to
from shouwang.standards.services import revocation_ask, revocation_confirm, revocation_drop
from shouwang.standards.views.listing import ADOPTERS
from shouwang.standards.views.proposal import DECLINERS, REVOKING_ROLES


@require_POST
@requires(*DECLINERS, roles=set(REVOKING_ROLES))
def ask(request: HttpRequest, adoption_id: int) -> HttpResponse:
    """This function asks that a version in force be revoked."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    revocation_ask(viewer=viewer, adoption_id=adoption_id, reason=request.POST.get("reason", ""), at=timezone.now())
    messages.success(request, "已提出撤销，等待另一个人确认；确认以前照常执行。")
    return redirect("standards:proposal", adoption_id)


@require_POST
@requires(*DECLINERS, roles=set(REVOKING_ROLES))
def settle(request: HttpRequest, revocation_id: int) -> HttpResponse:
    """This function confirms a revocation, or turns it down; only who adopts may confirm."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = revocations_visible_to(viewer).filter(pk=revocation_id).first()
    if found is None:
        raise Http404
    if request.POST.get("act") == "confirm":
        if viewer.kind not in ADOPTERS:
            raise Http404
        revocation_confirm(viewer=viewer, revocation_id=revocation_id, at=timezone.now())
        messages.success(request, "已撤销。按它发出、还没有转办的预警一分钟内压住，等人核实。")
        return redirect("oversight:revoked", revocation_id)
    if viewer.kind not in ADOPTERS and found.asked_by_user_id != viewer.user_id:
        raise Http404
    revocation_drop(viewer=viewer, revocation_id=revocation_id, reason=request.POST.get("reason", ""),
                    at=timezone.now())  # fmt: skip
    messages.success(request, "没有撤销，现行标准不变。")
    return redirect("standards:proposal", found.adoption_id)
