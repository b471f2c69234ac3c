"""Answers of failure that need a status of their own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """This function answers a forbidden page exactly like one that does not exist."""
    return render(request, "404.html", status=404)
