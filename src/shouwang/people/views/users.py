"""One account: its appointments, a new one-time link, disabling."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.people.access import Role
from shouwang.people.contexts import UserPage
from shouwang.people.forms import ReasonForm
from shouwang.people.models import User
from shouwang.people.selectors import appointments_of_user, devices_of, factor_resets_open, has_second_factor
from shouwang.people.services import invitation_make, user_disable, user_enable
from shouwang.people.services.users import LINK_DAYS
from shouwang.people.views.common import administrators, appointment_rows, operators, user_or_404, viewer_of
from shouwang.ui.pages import confirm_page


def user_page(request: HttpRequest, user: User, *, token: str = "", at: datetime | None = None) -> HttpResponse:
    """This function draws an account; with a token, its one-time link, this once."""
    viewer = viewer_of(request)
    held = appointments_of_user(user.pk)
    rows = appointment_rows(held, on=timezone.localdate(), viewer=viewer)
    link, until = "", ""
    if token and at is not None:
        link = request.build_absolute_uri(reverse("people:invitation", args=[token]))
        until = f"{timezone.localtime(at + timedelta(days=LINK_DAYS)):%Y-%m-%d %H:%M}"
    page = UserPage(
        user=user,
        rows=rows,
        has_factor=has_second_factor(user.pk),
        must_have_factor=user.must_set_second_factor
        or any(row.is_in_force and row.appointment.role in settings.SECOND_FACTOR_ROLES for row in rows),
        open_reset=factor_resets_open().filter(user=user).first(),
        may_administer=viewer.role is Role.ADMINISTRATOR,
        link=link,
        link_until=until,
        devices=list(devices_of(user.pk)),
    )
    return render(request, "people/user.html", {"page": page})


@require_GET
@operators
def page(request: HttpRequest, user_id: int) -> HttpResponse:
    """This function shows one account."""
    return user_page(request, user_or_404(request, user_id))


@require_POST
@administrators
def link(request: HttpRequest, user_id: int) -> HttpResponse:
    """This function makes a new one-time link and shows it this once."""
    user, at = user_or_404(request, user_id), timezone.now()
    token = invitation_make(viewer=viewer_of(request), user_id=user.pk, at=at)
    return user_page(request, user, token=token, at=at)


@require_http_methods(["GET", "POST"])
@administrators
def disable(request: HttpRequest, user_id: int) -> HttpResponse:
    """This function disables an account, after asking once for the reason."""
    user = user_or_404(request, user_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        user_disable(viewer=viewer_of(request), user_id=user.pk, at=timezone.now(), reason=reason)
        messages.success(request, f"{user.name}的账号已停用。")
        return redirect("people:user", user.pk)
    response = confirm_page(
        request,
        title=f"停用{user.name}的账号",
        happens=[
            f"{user.name}马上不能再登录，正开着的页面下一次点击就会退出。",
            "没用过的一次性链接作废。",
            "任职不受影响，要交接请到机构页面结束任职。",
        ],
        button="停用账号",
        back=reverse("people:user", args=[user.pk]),
        form=form,
    )
    response.status_code = 422 if form.errors else 200
    return response


@require_POST
@administrators
def enable(request: HttpRequest, user_id: int) -> HttpResponse:
    """This function lets a disabled account sign in again."""
    user = user_or_404(request, user_id)
    user_enable(viewer=viewer_of(request), user_id=user.pk, at=timezone.now(), reason="重新启用")
    messages.success(request, f"{user.name}的账号已启用。")
    return redirect("people:user", user.pk)
