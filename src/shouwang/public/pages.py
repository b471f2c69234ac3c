"""What every page without an account keeps to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from shouwang.kit.errors import Refusal
from shouwang.public.services.limits import TooOften

View = Callable[..., HttpResponse]


class SentFromElsewhere(Refusal):
    """Another site's page sent the form."""

    sentence = "这张表不是从本网站的页面交来的，没有收下。请从本网站打开页面再填。"


def public_page(view: View) -> View:
    """This function returns a view for everybody: no cookie, nothing kept by caches, refusals as a plain page.

    There is no sign-in whose authority a foreign page could borrow, so there is no CSRF cookie; a form that says it
    comes from another site is refused all the same.
    """

    @csrf_exempt
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if request.method == "POST" and _is_foreign(request):
                raise SentFromElsewhere
            response = view(request, *args, **kwargs)
        except Refusal as refusal:
            if refusal.is_absent:
                raise Http404 from refusal
            status = 429 if isinstance(refusal, TooOften) else 409
            response = render(request, "public/refusal.html", {"error": refusal}, status=status)
        response["Cache-Control"] = "no-store"
        return response

    return guarded


def _is_foreign(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc != request.get_host()


def address_of(request: HttpRequest) -> str:
    """This function returns the visitor's address as sign-in counts it; only a blind index of it is ever kept."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return "unknown"


def days_late(due_on: date, on: date) -> int:
    """This function returns by how many days something is late, 0 when it is not."""
    return max(0, (on - due_on).days)
