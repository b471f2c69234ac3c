"""Answers that several pages give: asked once more, or refused because somebody else was faster."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shouwang.casework.contexts import ConfirmPage
from shouwang.casework.errors import CaseStale, TaskClosed
from shouwang.casework.models import Case
from shouwang.casework.selectors import happened
from shouwang.casework.services.machine import stale_of
from shouwang.people.access import Viewer
from shouwang.ui.forms import version_posted
from shouwang.ui.pages import is_resumed, overtaken_page


def confirm(request: HttpRequest, page: ConfirmPage) -> HttpResponse:
    """This function asks once before something that cannot be undone."""
    return render(request, "casework/confirm.html", {"page": page})


def overtaken(request: HttpRequest, case: Case) -> CaseStale | None:
    """This function returns the refusal of a form that was posted for an older version of its case."""
    if request.method != "POST" or is_resumed(request):
        return None
    version = version_posted(request)
    return stale_of(case, version) if version != case.version else None


def stale(request: HttpRequest, *, error: CaseStale, mine: Sequence[tuple[str, str]], resume: str = "") -> HttpResponse:
    """This function shows what changed meanwhile beside what was about to be saved; nothing typed is lost."""
    return overtaken_page(
        request,
        error=error,
        theirs=happened(error.theirs),
        mine=mine,
        back=reverse("casework:case", args=[error.case_id]),
        label="看案件",
        resume=resume,
        version=error.version,
    )


def task_ended(
    request: HttpRequest,
    *,
    error: TaskClosed,
    viewer: Viewer,
    task_id: int,
    case_id: int,
    mine: Sequence[tuple[str, str]],
) -> HttpResponse:
    """This function shows who ended a task before, beside what was about to be answered."""
    if viewer.reads_register:
        back, label = reverse("casework:case", args=[case_id]), "看案件"
    else:
        back, label = reverse("casework:task", args=[task_id]), "看本单位的反馈"
    return overtaken_page(request, error=error, theirs=happened(error.theirs), mine=mine, back=back, label=label)
