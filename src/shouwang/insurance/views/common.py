"""What the pages of insurance share."""

from __future__ import annotations

from django.http import HttpRequest

from shouwang.insurance.navigation import CLAIM_READERS
from shouwang.people.access import Kind, Role, Viewer

READERS = (*CLAIM_READERS, Kind.VILLAGE, Kind.TOWNSHIP)
WORKING = (Kind.INSURER, Kind.COUNTY_CENTRE)
ROLES = {Role.CLERK, Role.LEADER}


def viewer_of(request: HttpRequest) -> Viewer:
    """This function returns who acts in this request."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer
