"""Phones: one's own, and locking a lost one."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.people.contexts import DevicesPage
from shouwang.people.forms import ReasonForm
from shouwang.people.models import Device
from shouwang.people.selectors import device_own, device_under, devices_of
from shouwang.people.services import device_lock
from shouwang.people.views.common import operators, signed_in, viewer_of
from shouwang.ui.pages import confirm_page


@require_GET
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """This function lists the viewer's own phones, each with the way to lock it."""
    viewer = viewer_of(request)
    page = DevicesPage(devices=list(devices_of(viewer.user_id or 0)), keep_days=settings.PHONE_KEEP_DAYS)
    return render(request, "people/devices.html", {"page": page})


@require_http_methods(["GET", "POST"])
@signed_in
def lock_mine(request: HttpRequest, device_id: int) -> HttpResponse:
    """This function locks a phone of the viewer's own."""
    return _lock(request, device_own(viewer_of(request), device_id), back=reverse("people:devices"))


@require_http_methods(["GET", "POST"])
@operators
def lock(request: HttpRequest, device_id: int) -> HttpResponse:
    """This function locks a phone of somebody in the operator's areas."""
    device = device_under(viewer_of(request), device_id)
    back = reverse("people:user", args=[device.user_id]) if device else ""
    return _lock(request, device, back=back)


def _lock(request: HttpRequest, device: Device | None, *, back: str) -> HttpResponse:
    if device is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        device_lock(viewer=viewer_of(request), device=device, at=timezone.now(), reason=reason)
        messages.success(request, f"已锁定{device.label}。它下次连上网就会清空。")
        return redirect(back)
    response = confirm_page(
        request,
        title=f"锁定{device.label}",
        happens=[
            "这部手机不能再送出登记表。",
            "它下次连上网时，存在上面的农户名单、草稿和没送出的登记表全部清空，找不回来。",
            "锁定后不能解除；手机找回来了，重新登录就能再用。",
        ],
        button="锁定这部手机",
        back=back,
        form=form,
    )
    response.status_code = 422 if form.errors else 200
    return response
