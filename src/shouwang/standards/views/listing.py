"""The page of standards in force and proposed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.people.access import Kind, Role, requires
from shouwang.standards.contexts import StandardsPage
from shouwang.standards.forms import ProposalForm
from shouwang.standards.selectors import adoptions_visible_to, revocations_visible_to, versions
from shouwang.standards.services import version_adopt, version_propose

READERS = (
    Kind.COUNTY_CENTRE,
    Kind.LEADING_GROUP,
    Kind.CITY_CENTRE,
    Kind.PROVINCE,
    Kind.AUDIT,
    Kind.TOWNSHIP,
)
PROPOSERS = (Kind.COUNTY_CENTRE, Kind.CITY_CENTRE, Kind.PROVINCE)
ADOPTERS = (Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE)


@require_GET
@requires(*READERS)
def standards(request: HttpRequest) -> HttpResponse:
    """This function shows which policy is in force where."""
    viewer = request.viewer  # type: ignore[attr-defined]
    on = timezone.localdate()
    found = list(adoptions_visible_to(viewer))
    page = StandardsPage(
        on=on,
        in_force=[row for row in found if row.adopted_at and row.valid_from <= on],
        coming=[row for row in found if row.adopted_at and row.valid_from > on],
        proposed=[row for row in found if not row.adopted_at],
        versions=list(versions()[:50]),
        may_propose=viewer.kind in PROPOSERS and viewer.role is Role.CLERK,
        may_adopt=viewer.kind in ADOPTERS,
        user_id=viewer.user_id,
        revocations=list(revocations_visible_to(viewer)),
    )
    return render(request, "standards/list.html", {"page": page})


@require_http_methods(["GET", "POST"])
@requires(*PROPOSERS, roles={Role.CLERK, Role.SUPERVISOR, Role.LEADER})
def propose(request: HttpRequest) -> HttpResponse:
    """This function proposes a version for an area."""
    viewer = request.viewer  # type: ignore[attr-defined]
    form = ProposalForm(request.POST if request.method == "POST" else None, viewer=viewer, on=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        version_propose(
            viewer=viewer,
            version_id=form.cleaned_data["version"],
            area_id=form.cleaned_data["area"],
            valid_from=form.cleaned_data["valid_from"],
            document=form.cleaned_data["document"],
            at=timezone.now(),
        )
        messages.success(request, "已提出，等待另一位负责人批准。")
        return redirect("standards:list")
    return render(request, "standards/propose.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@requires(*ADOPTERS)
def adopt(request: HttpRequest, adoption_id: int) -> HttpResponse:
    """This function puts a proposed version in force."""
    version_adopt(viewer=request.viewer, adoption_id=adoption_id, at=timezone.now())  # type: ignore[attr-defined]
    messages.success(request, "已批准，从所定日期起执行。")
    return redirect("standards:list")
