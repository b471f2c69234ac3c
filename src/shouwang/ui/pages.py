"""Whole pages that any room shows: confirm before a destructive act, refusal, stale write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shouwang.kit.errors import Refusal


def confirm_page(
    request: HttpRequest,
    *,
    title: str,
    happens: Sequence[str],
    button: str,
    back: str,
    action: str = "",
    hidden: Mapping[str, object] | None = None,
    form: Any = None,
) -> HttpResponse:
    """This function asks once before a destructive act, naming in `happens` what will happen.

    The page posts to `action` (its own address when empty) with `hidden` fields; `button` says what it does, and `form`
    may ask for the reason.
    """
    context = {
        "title": title,
        "happens": happens,
        "button": button,
        "back": back,
        "action": action,
        "hidden": list((hidden or {}).items()),
        "form": form,
    }
    return render(request, "ui/confirm.html", context)


def refusal_page(request: HttpRequest, *, error: Refusal, back: str = "", status: int = 409) -> HttpResponse:
    """This function shows why something was refused and what to do now."""
    return render(request, "ui/refusal.html", {"error": error, "back": back}, status=status)


@dataclass(frozen=True)
class Difference:
    """One line of a stale write: what stands in the database now, beside what the reader had typed."""

    label: str
    theirs: object
    mine: object

    @property
    def differs(self) -> bool:
        return self.theirs != self.mine


def stale_page(
    request: HttpRequest, *, error: Refusal, rows: Iterable[Difference], back: str, changed_by: str = ""
) -> HttpResponse:
    """This function shows a refused stale write: mine beside theirs, nothing typed is lost."""
    context = {"error": error, "rows": list(rows), "back": back, "changed_by": changed_by}
    return render(request, "ui/stale.html", context, status=409)


@dataclass(frozen=True)
class Happened:
    """One thing somebody else did meanwhile: when, what, in which words, who."""

    at: datetime
    title: str
    text: str
    who: str


# Never carried on: the browser's own fields, and the answers to an earlier page.
NOT_CARRIED = frozenset({"csrfmiddlewaretoken", "version", "confirm", "resume"})


def carried(request: HttpRequest, *, without: Iterable[str] = ()) -> list[tuple[str, str]]:
    """This function returns what was posted, to be posted again."""
    left_out = NOT_CARRIED | set(without)
    return [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]


def is_resumed(request: HttpRequest) -> bool:
    """This function tells whether a refused form comes back to be looked over, not to be saved."""
    return request.method == "POST" and "resume" in request.POST


def typed_lines(form: Form) -> list[tuple[str, str]]:
    """This function returns what was typed into a form, as label and readable text."""
    lines = []
    for bound in form:
        value = bound.value()
        if bound.is_hidden or value in (None, "", []):
            continue
        choices = {str(key): str(label) for key, label in getattr(bound.field, "choices", ())}
        values = value if isinstance(value, list | tuple) else [value]
        lines.append((str(bound.label), "、".join(choices.get(str(each), str(each)) for each in values)))
    return lines


def overtaken_page(
    request: HttpRequest,
    *,
    error: Refusal,
    theirs: Sequence[Happened],
    mine: Sequence[tuple[str, str]],
    back: str,
    label: str,
    resume: str = "",
    version: int = 0,
) -> HttpResponse:
    """This function shows a write that somebody else overtook: what happened, by whom, beside what was typed.

    `resume` is where the typed form can be looked over and sent again, with the present `version`; empty when the step
    is no longer to be done, and what was typed is only kept to be read and copied. `back` (called `label`) leads on.
    """
    context = {
        "error": error,
        "theirs": theirs,
        "mine": mine,
        "back": back,
        "label": label,
        "resume": resume,
        "carried": [*carried(request), ("version", str(version))],
    }
    return render(request, "ui/overtaken.html", context, status=409)
