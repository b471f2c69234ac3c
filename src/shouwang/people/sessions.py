"""Who may use a JSON interface by being signed in to the pages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from ninja.security import APIKeyCookie

from shouwang.people.access import Kind, Role, SignInNeeded, Viewer

OFFICES = frozenset({Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE})
WRITERS = frozenset({Role.OFFICER, Role.CLERK, Role.LEADER})


class SignedIn(APIKeyCookie):
    """Lets signed-in people of these kinds and roles in, with the token that keeps other sites from writing."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, kinds: Collection[Kind] = OFFICES, roles: Collection[Role] = WRITERS) -> None:
        super().__init__(csrf=True)
        self.kinds, self.roles = frozenset(kinds), frozenset(roles)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """This function returns the viewer; raises SignInNeeded, or Http404 for whoever has no business here."""
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        if viewer.is_anonymous:
            raise SignInNeeded
        if viewer.kind not in self.kinds or viewer.role not in self.roles:
            raise Http404
        return viewer
