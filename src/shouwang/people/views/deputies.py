"""Deputies: named by who will be away, or by an administrator for somebody who already is."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from shouwang.kit.errors import Refusal
from shouwang.people.access import ROLE_LABELS, Kind, Role, requires
from shouwang.people.contexts import DeputyPage
from shouwang.people.forms import DeputyForm
from shouwang.people.models import Appointment
from shouwang.people.selectors import appointment_by_id, deputies_of, deputies_possible, same_post
from shouwang.people.services.deputies import WORKING, deputy_end, deputy_name
from shouwang.people.views.common import administrators, organisation_or_404, signed_in, viewer_of

DESKS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.DEPARTMENT, Kind.INSURER,
         Kind.CARE_PROVIDER, Kind.CITY_CENTRE, Kind.PROVINCE)  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(*DESKS, roles=WORKING)
def mine(request: HttpRequest) -> HttpResponse:
    """This function lets somebody name who does her desk while she is away."""
    appointment = appointment_by_id(viewer_of(request).appointment_id or 0)
    if appointment is None:
        raise Http404
    return _page(request, appointment, here=reverse("people:deputy"), back=reverse("people:switch"))


@require_http_methods(["GET", "POST"])
@administrators
def of_appointment(request: HttpRequest, appointment_id: int) -> HttpResponse:
    """This function lets an administrator name who does the desk of somebody who is away."""
    appointment = appointment_by_id(appointment_id)
    if appointment is None or appointment.ended_at is not None:
        raise Http404
    organisation = organisation_or_404(request, appointment.organisation_id)
    back = reverse("people:organisation", args=[organisation.pk])
    return _page(request, appointment, here=request.path, back=back)


def _page(request: HttpRequest, appointment: Appointment, *, here: str, back: str) -> HttpResponse:
    on = timezone.localdate()
    why_not = ""
    if appointment.deputy_for_id is not None:
        why_not = "这是代理的岗位，不能再转给别人代理。"
    elif Role(appointment.role) not in WORKING or appointment.organisation.kind in (Kind.AUDIT, Kind.OPERATOR):
        why_not = "这个岗位不能由人代理。"
    held = {one.pk: one.name or one.username for one in deputies_possible(appointment, on=on)}
    if not why_not and not held:
        same = [one.name or one.username for one in same_post(appointment, on=on)]
        why_not = (
            f"{'、'.join(same)}是同一个岗位，本来就看得到、办得了这张桌子上的事，不用请人代理。"
            if same
            else "本单位和本县同类单位没有别人能代理，请系统管理员先任命。"
        )
    form = DeputyForm(
        request.POST if request.method == "POST" else None, people=list(held.items()), initial={"valid_from": on}
    )
    if request.method == "POST" and not why_not and form.is_valid():
        try:
            made = deputy_name(
                viewer=viewer_of(request), appointment_id=appointment.pk, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, f"{made.user.name}从 {made.valid_from:%Y-%m-%d} 起代理。")
            return redirect(here)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
    page = DeputyPage(appointment, deputies_of(appointment, on=on), None if why_not else form, why_not, back)
    status = 422 if request.method == "POST" else 200
    label = ROLE_LABELS[Role(appointment.role)]
    return render(request, "people/deputy.html", {"page": page, "role": label}, status=status)


@require_POST
@signed_in
def end(request: HttpRequest, appointment_id: int) -> HttpResponse:
    """This function ends a deputising: the absent person, the deputy or an administrator may."""
    viewer = viewer_of(request)
    found = appointment_by_id(appointment_id)
    if found is None or found.deputy_for is None:
        raise Http404
    is_mine = viewer.user_id in (found.user_id, found.deputy_for.user_id)
    if not is_mine:
        if viewer.kind is not Kind.OPERATOR or viewer.role is not Role.ADMINISTRATOR:
            raise Http404
        organisation_or_404(request, found.organisation_id)
    deputy_end(viewer=viewer, appointment_id=appointment_id, at=timezone.now())
    messages.success(request, "代理已结束。")
    return redirect("people:switch" if is_mine else reverse("people:organisation", args=[found.organisation_id]))
