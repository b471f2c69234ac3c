"""The whole request, rendering included, runs inside `acting_as(request.viewer)`."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from shouwang.kit.errors import Refusal
from shouwang.people.access import NOBODY, SignInNeeded, Viewer, acting_as, viewer_for
from shouwang.people.selectors import appointment_acting

ACTING_KEY = "acting_appointment"


class ViewerMiddleware:
    """Finds the acting appointment, opens the scope, and turns refusals into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        viewer = self._viewer(request)
        request.viewer = viewer  # type: ignore[attr-defined]
        if viewer is NOBODY:
            return self.get_response(request)
        with acting_as(viewer):
            response = self.get_response(request)
            if isinstance(response, StreamingHttpResponse):
                # A stream would run after the scope has closed; what we stream fits in memory, so read it here.
                response.streaming_content = list(response)  # type: ignore[arg-type]
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def _viewer(self, request: HttpRequest) -> Viewer:
        if not request.user.is_authenticated:
            return NOBODY
        on = timezone.localdate()
        appointment = appointment_acting(user_id=request.user.pk, wanted=request.session.get(ACTING_KEY), on=on)
        return viewer_for(appointment, on=on) if appointment else NOBODY

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if isinstance(exception, SignInNeeded):
            if request.user.is_authenticated:
                return render(request, "people/no_appointment.html", status=403)
            return redirect_to_login(request.get_full_path())
        if isinstance(exception, Refusal):
            if transaction.get_connection().in_atomic_block:
                transaction.set_rollback(True)
            return render(request, "ui/refusal.html", {"error": exception}, status=409)
        if transaction.get_connection().in_atomic_block:
            transaction.set_rollback(True)
        return None
