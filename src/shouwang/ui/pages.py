"""Whole pages that any room shows: confirm before a destructive act, refusal, stale write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
