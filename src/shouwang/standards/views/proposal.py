"""The page of one proposal: what changes, why, what was seen when it was tried; approved or declined by another."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from shouwang.people.access import Role, Viewer, requires
from shouwang.standards.contexts import ProposalPage
from shouwang.standards.models import Adoption
from shouwang.standards.selectors import (
    adoptions_visible_to,
    area_visible,
    report_of,
    revocations_visible_to,
    values_amended_in,
)
from shouwang.standards.services import version_decline
from shouwang.standards.views.listing import ADOPTERS, PROPOSERS, READERS

REVOKING_ROLES = (Role.CLERK, Role.LEADER, Role.SUPERVISOR)
DECLINERS = tuple(dict.fromkeys((*ADOPTERS, *PROPOSERS)))


def _found(viewer: Viewer, adoption_id: int) -> Adoption:
    adoption = adoptions_visible_to(viewer, with_declined=True).filter(pk=adoption_id).first()
    if adoption is None:
        raise Http404
    return adoption


def _may_decline(viewer: Viewer, adoption: Adoption) -> bool:
    """This function tells whether the viewer may say no: an adopter of the area, or who proposed it."""
    is_own = adoption.proposed_by_user_id == viewer.user_id and viewer.kind in PROPOSERS
    return (viewer.kind in ADOPTERS or is_own) and area_visible(viewer, lo=adoption.lo, hi=adoption.hi)


@require_GET
@requires(*READERS)
def proposal(request: HttpRequest, adoption_id: int) -> HttpResponse:
    """This function shows a proposal."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _found(viewer, adoption_id)
    is_open = found.adopted_at is None and found.withdrawn_at is None
    is_own = found.proposed_by_user_id == viewer.user_id
    is_inside = area_visible(viewer, lo=found.lo, hi=found.hi)
    revocation = revocations_visible_to(viewer).filter(adoption=found).first()
    is_asked = revocation is not None and revocation.confirmed_at is None
    is_asker = revocation is not None and revocation.asked_by_user_id == viewer.user_id
    may_judge = is_inside and viewer.role in REVOKING_ROLES
    page = ProposalPage(
        adoption=found,
        amended=values_amended_in(found.pack_version),
        report=report_of(viewer, found),
        may_adopt=is_open and is_inside and viewer.kind in ADOPTERS and not is_own,
        may_decline=is_open and _may_decline(viewer, found),
        is_own=is_own,
        revocation=revocation,
        may_revoke=may_judge and revocation is None and viewer.kind in DECLINERS
        and found.adopted_at is not None and found.withdrawn_at is None,
        may_confirm=may_judge and is_asked and not is_asker and viewer.kind in ADOPTERS,
        may_drop=may_judge and is_asked and (is_asker or viewer.kind in ADOPTERS),
    )  # fmt: skip
    return render(request, "standards/proposal.html", {"page": page})


@require_POST
@requires(*DECLINERS, roles={Role.CLERK, Role.LEADER, Role.SUPERVISOR})
def decline(request: HttpRequest, adoption_id: int) -> HttpResponse:
    """This function declines a proposal, or takes back one's own."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not _may_decline(viewer, _found(viewer, adoption_id)):
        raise Http404
    version_decline(viewer=viewer, adoption_id=adoption_id, reason=request.POST.get("reason", ""), at=timezone.now())
    messages.success(request, "已退回，现行标准不变。")
    return redirect("standards:proposal", adoption_id)
