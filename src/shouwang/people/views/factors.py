"""A lost second factor: asking and deciding, by two people."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.people.contexts import FactorsPage
from shouwang.people.forms import ReasonForm
from shouwang.people.selectors import factor_resets_decided, factor_resets_open
from shouwang.people.services import factor_reset_ask, factor_reset_decide
from shouwang.people.views.common import operators, user_or_404, viewer_of
from shouwang.ui.pages import confirm_page


@require_GET
@operators
def listing(request: HttpRequest) -> HttpResponse:
    """This function lists the requests that wait and the last ones decided."""
    viewer = viewer_of(request)
    page = FactorsPage(
        open=[
            (
                reset,
                reset.asked_by.role != viewer.role and viewer.user_id not in (reset.asked_by.user_id, reset.user_id),
            )
            for reset in factor_resets_open()
        ],
        done=list(factor_resets_decided()[:20]),
    )
    return render(request, "people/factors.html", {"page": page})


@require_http_methods(["GET", "POST"])
@operators
def ask(request: HttpRequest, user_id: int) -> HttpResponse:
    """This function asks that a user's second factor be taken away."""
    user = user_or_404(request, user_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        factor_reset_ask(viewer=viewer_of(request), user_id=user.pk, reason=reason, at=timezone.now())
        messages.success(request, "已提出，等另一位（管理员或安全员）办理。")
        return redirect("people:factors")
    response = confirm_page(
        request,
        title=f"申请重置{user.name}的二次验证",
        happens=[
            "请先当面或打电话核对是本人。",
            "由管理员和安全员中的另一位批准后，下次登录只用密码，并要重新设置二次验证。",
        ],
        button="提出申请",
        back=reverse("people:user", args=[user.pk]),
        form=form,
    )
    response.status_code = 422 if form.errors else 200
    return response


@require_POST
@operators
def decide(request: HttpRequest, reset_id: int) -> HttpResponse:
    """This function grants or refuses a request."""
    is_granted = request.POST.get("decision") == "grant"
    factor_reset_decide(viewer=viewer_of(request), reset_id=reset_id, is_granted=is_granted, at=timezone.now())
    messages.success(request, "已重置，请通知本人重新设置。" if is_granted else "已驳回。")
    return redirect("people:factors")
