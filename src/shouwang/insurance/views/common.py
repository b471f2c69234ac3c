"""What the pages of insurance share."""

from __future__ import annotations

from django.forms import Form
from django.http import HttpRequest

from shouwang.insurance.navigation import CLAIM_READERS
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Role, Viewer

READERS = (*CLAIM_READERS, Kind.VILLAGE, Kind.TOWNSHIP)
WORKING = (Kind.INSURER, Kind.COUNTY_CENTRE)
ROLES = {Role.CLERK, Role.LEADER}


def viewer_of(request: HttpRequest) -> Viewer:
    """This function returns who acts in this request."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def refusal_add(form: Form, refusal: Refusal) -> None:
    """This function puts a refusal beside the field it is about, above the form where it is about none."""
    field = getattr(refusal, "field", "")
    form.add_error(field if field in form.fields else None, refusal.message)
