"""What the browser needs when the network goes: the service worker, the page it keeps, the sign of life."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

KEPT = ("vendor/tabler.min.css", "ui/base.css", "ui/parts.css", "ui/icon.svg")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """This function draws the page that is shown when another cannot be reached; it says nothing about anybody."""
    response = render(request, "ui/offline.html")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """This function serves the service worker, which keeps the offline page and never a page of the house."""
    context = {"offline": reverse("ui:offline"), "kept": [static(name) for name in KEPT]}
    response = render(request, "ui/worker.js", context, content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = "/"
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """This function answers with nothing, so that a phone knows it can send."""
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
