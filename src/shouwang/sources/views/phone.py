"""The phone's pages: a shell that is the same for everybody, and the worker that keeps it without a signal."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from shouwang.sources.contexts import PhonePage

MODULES = tuple(f"sources/phone/{name}.js" for name in ("dom", "store", "net", "pictures", "queue", "form", "app"))
KEPT = (*MODULES, "sources/phone/app.css", "sources/phone/manifest.json", "ui/icon.svg")


def _page() -> PhonePage:
    return PhonePage(api=reverse("phone:api-root"), modules=MODULES)


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """This function draws the shell; who uses it is asked later, by what the phone holds and by the server."""
    response = render(request, "sources/phone.html", {"page": _page()})
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """This function serves the worker; another byte in any kept file makes it another worker."""
    context = {
        "version": _version() if not settings.DEBUG else _version.__wrapped__(),
        "page": reverse("sources:phone"),
        "kept": [static(name) for name in KEPT],
    }
    response = render(request, "sources/phone_worker.js", context, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@functools.cache
def _version() -> str:
    digest = hashlib.sha256(render_to_string("sources/phone.html", {"page": _page()}).encode())
    for name in KEPT:
        path = finders.find(name)
        if path:
            digest.update(Path(str(path)).read_bytes())
    return digest.hexdigest()[:16]
