"""What the pages of rounds share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404, HttpRequest

from shouwang.people.access import READS_REGISTER, Kind, Role, Viewer
from shouwang.rounds.rules import RoundNotFound

READERS = tuple(sorted(READS_REGISTER - {Kind.SYSTEM}))
OPENERS = (Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
MARKERS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
ROLES = {Role.OFFICER, Role.CLERK, Role.LEADER}


def viewer_of(request: HttpRequest) -> Viewer:
    """This function returns who acts in this request."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


@contextmanager
def absent_as_404() -> Iterator[None]:
    """This function turns the refusal of what cannot be seen into a missing page."""
    try:
        yield
    except RoundNotFound as refusal:
        raise Http404 from refusal
