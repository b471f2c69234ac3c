"""The whole request, rendering included, runs inside `acting_as(request.viewer)`.

An answer of 400 or more leaves nothing behind: its transaction is rolled back, and pages that tell of a refusal are
drawn in a fresh one. A view that catches a refusal and answers 200 must roll back its own writes (`atomic`).
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.defaults import page_not_found

from shouwang.kit.errors import Refusal
from shouwang.people.access import NOBODY, SignInNeeded, Viewer, acting_as
from shouwang.people.selectors import seat_acting

ACTING_KEY = "acting_appointment"


class _Undone(Exception):  # noqa: N818 - a signal to the transaction
    """The request's transaction must not be committed."""


class ViewerMiddleware:
    """Finds the acting appointment, opens the scope, and turns refusals into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        viewer = self._viewer(request)
        request.viewer = viewer  # type: ignore[attr-defined]
        request.refused = None  # type: ignore[attr-defined]
        response = self.get_response(request) if viewer is NOBODY else self._in_scope(request, viewer)
        refused: Exception | None = request.refused  # type: ignore[attr-defined]
        if refused is None:
            return response
        if viewer is NOBODY:
            return self._page(request, refused)
        with acting_as(viewer):
            return self._page(request, refused)

    def _in_scope(self, request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
        response: HttpResponseBase | None = None
        try:
            with acting_as(viewer):
                response = self.get_response(request)
                if isinstance(response, StreamingHttpResponse):
                    # A stream would run after the scope has closed; what we stream fits in memory, so read it here.
                    response.streaming_content = list(response)
                if response.status_code >= 400:
                    raise _Undone
        except _Undone:
            assert response is not None
        return response

    def _viewer(self, request: HttpRequest) -> Viewer:
        request.needs_second_factor = False  # type: ignore[attr-defined]
        request.seats = 0  # type: ignore[attr-defined]
        if not request.user.is_authenticated:
            return NOBODY
        seat = seat_acting(user=request.user, wanted=request.session.get(ACTING_KEY), on=timezone.localdate())
        request.seats = seat.held  # type: ignore[attr-defined]
        request.needs_second_factor = seat.needs_second_factor  # type: ignore[attr-defined]
        return seat.viewer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if isinstance(exception, SignInNeeded | Refusal | Http404 | PermissionDenied):
            # Drawn in `__call__`, when the transaction of the failed request is gone.
            request.refused = exception  # type: ignore[attr-defined]
            return HttpResponse(status=409)
        return None

    def _page(self, request: HttpRequest, refused: Exception) -> HttpResponseBase:
        if isinstance(refused, SignInNeeded):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.needs_second_factor:  # type: ignore[attr-defined]
                return HttpResponseRedirect(reverse("mfa_activate_totp"))
            return render(request, "people/no_appointment.html", status=403)
        if isinstance(refused, Refusal) and not refused.is_absent:
            return render(request, "ui/refusal.html", {"error": refused}, status=409)
        # Forbidden and absent look alike.
        return page_not_found(request, refused)
