"""Beginning and ending appointments."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.kit.errors import Refusal
from shouwang.people.access import ROLE_LABELS, Role
from shouwang.people.forms import AppointmentForm, EndForm
from shouwang.people.selectors import appointment_by_id, appointments_of_organisation
from shouwang.people.services import appointment_begin, appointment_end, invitation_make, open_work, user_add
from shouwang.people.views.common import administrators, organisation_or_404, viewer_of
from shouwang.people.views.users import user_page


@require_http_methods(["GET", "POST"])
@administrators
def begin(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """This function appoints a known or new user; a new one's one-time link is shown once."""
    viewer = viewer_of(request)
    organisation = organisation_or_404(request, organisation_id)
    initial = {"valid_from": timezone.localdate()}
    form = AppointmentForm(
        request.POST if request.method == "POST" else None, viewer=viewer, organisation=organisation, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        data, at = form.cleaned_data, timezone.now()
        try:
            with transaction.atomic():
                known = data["known_user"]
                user = known or user_add(viewer=viewer, username=data["username"], name=data["name"], at=at)
                appointment_begin(
                    viewer=viewer,
                    user_id=user.pk,
                    organisation_id=organisation.pk,
                    role=form.chosen_role,
                    area_ids=data["areas"],
                    valid_from=data["valid_from"],
                    valid_to=data["valid_to"],
                    at=at,
                )
                token = "" if known else invitation_make(viewer=viewer, user_id=user.pk, at=at)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已任命{user.name}为{organisation.name}的{ROLE_LABELS[form.chosen_role]}。")
            if token:
                # Drawn at once, not after a redirect: the link is kept nowhere.
                return user_page(request, user, token=token, at=at)
            return redirect("people:organisation", organisation.pk)
    context = {"form": form, "organisation": organisation}
    return render(request, "people/appointment_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@administrators
def end(request: HttpRequest, appointment_id: int) -> HttpResponse:
    """This function ends an appointment and hands its open work on."""
    appointment = appointment_by_id(appointment_id)
    if appointment is None or appointment.ended_at is not None:
        raise Http404
    organisation = organisation_or_404(request, appointment.organisation_id)
    on = timezone.localdate()
    successors = [
        (str(other.pk), f"{other.user.name} · {ROLE_LABELS[Role(other.role)]}")
        for other in appointments_of_organisation(organisation.pk)
        if other.pk != appointment.pk and other.is_in_force(on=on) and other.user.is_active
    ]
    form = EndForm(request.POST if request.method == "POST" else None, successors=successors)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["successor"]
        try:
            with transaction.atomic():
                moved = appointment_end(
                    viewer=viewer_of(request),
                    appointment_id=appointment.pk,
                    at=timezone.now(),
                    reason=form.cleaned_data["reason"],
                    successor_id=int(chosen) if chosen else None,
                )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            parts = "，".join(f"{label} {count} 件" for label, count in moved.items())
            messages.success(request, f"{appointment.user.name}的任职已结束。{f'已移交：{parts}。' if parts else ''}")
            return redirect("people:organisation", organisation.pk)
    context = {
        "form": form,
        "appointment": appointment,
        "organisation": organisation,
        "work": open_work(appointment.pk),
        "is_last": not successors,
        "back": reverse("people:organisation", args=[organisation.pk]),
    }
    return render(request, "people/appointment_end.html", context, status=422 if form.errors else 200)
