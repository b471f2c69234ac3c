"""Stepping aside from a household: asked once, with the relation; from then on others act."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shouwang.casework.errors import TaskNotFound
from shouwang.casework.forms import RecuseForm
from shouwang.casework.selectors import case_get, task_get
from shouwang.casework.services.recusing import recusal_declare, task_recuse
from shouwang.casework.views import ACTING_ROLES, ACTORS, ANSWERERS
from shouwang.people.access import Viewer, requires
from shouwang.ui.pages import confirm_page

HAPPENS = (
    "从现在起，这一户的案件您都不能办，由本单位别人或代理人办。",
    "申报后自己不能撤回；关系只有县级防贫中心和监督看得到。",
)


@require_http_methods(["GET", "POST"])
@requires(*ACTORS, roles=ACTING_ROLES)
def recuse(request: HttpRequest, case_id: int) -> HttpResponse:
    """This function takes somebody's word that she steps aside from a case's household."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case_get(viewer, case_id)
    form = RecuseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        recusal_declare(
            viewer=viewer, case_id=case_id, relation=form.cleaned_data["relation"], at=timezone.now()
        )  # fmt: skip
        messages.success(request, "已申报回避，这一户的事由别人办。")
        return redirect("casework:case", case_id)
    return _asked(request, form, reverse("casework:case", args=[case_id]))


@require_http_methods(["GET", "POST"])
@requires(*ANSWERERS)
def recuse_task(request: HttpRequest, task_id: int) -> HttpResponse:
    """This function takes the word of somebody who was asked about a household that she steps aside."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        task_get(viewer, task_id)
    except TaskNotFound as refusal:
        raise Http404 from refusal
    form = RecuseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        task_recuse(viewer=viewer, task_id=task_id, relation=form.cleaned_data["relation"], at=timezone.now())
        messages.success(request, "已申报回避，由本单位别人反馈。")
        return redirect("casework:tasks")
    return _asked(request, form, reverse("casework:task", args=[task_id]))


def _asked(request: HttpRequest, form: RecuseForm, back: str) -> HttpResponse:
    return confirm_page(
        request, title="申报回避", happens=HAPPENS, button="申报回避，由别人办", back=back, form=form
    )  # fmt: skip
