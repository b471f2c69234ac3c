"""Answers that several pages give: asked once more, or refused because somebody else was faster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shouwang.casework.contexts import ConfirmPage, StalePage
from shouwang.casework.errors import CaseStale
from shouwang.casework.models import CaseEvent
from shouwang.casework.selectors.cases import timeline_line

SKIPPED = {"csrfmiddlewaretoken", "version", "confirm", "resume"}


def carried(request: HttpRequest, *, without: Iterable[str] = ()) -> list[tuple[str, str]]:
    """This function returns what was posted, to be posted again."""
    left_out = SKIPPED | set(without)
    return [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]


def is_resumed(request: HttpRequest) -> bool:
    """This function tells whether a refused form comes back to be looked over, not to be saved."""
    return request.method == "POST" and "resume" in request.POST


def confirm(request: HttpRequest, page: ConfirmPage) -> HttpResponse:
    """This function asks once before something that cannot be undone."""
    return render(request, "casework/confirm.html", {"page": page})


def stale(
    request: HttpRequest, *, error: CaseStale, form: Form | None, back: str, mine: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    """This function shows what changed meanwhile beside what was about to be saved; nothing typed is lost."""
    page = StalePage(
        message=error.message,
        theirs=[timeline_line(event) for event in error.theirs if isinstance(event, CaseEvent)],
        mine=mine or (_typed(form) if form is not None else []),
        carried=[*carried(request), ("version", str(error.version))],
        back=back,
        case_href=reverse("casework:case", args=[error.case_id]),
    )
    return render(request, "casework/stale.html", {"page": page}, status=409)


def _typed(form: Form) -> list[tuple[str, str]]:
    lines = []
    for bound in form:
        value = bound.value()
        if bound.is_hidden or value in (None, ""):
            continue
        choices = dict(getattr(bound.field, "choices", ()))
        lines.append((str(bound.label), str(choices.get(value, value))))
    return lines
