"""The page of a revoked version: what was found and decided under it, so that people can look at each again."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shouwang.oversight.selectors.revoked import SHOWN, caused_by
from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.selectors import household_cards

READERS = (Kind.COUNTY_CENTRE, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT)


@require_GET
@requires(*READERS)
def revoked(request: HttpRequest, revocation_id: int) -> HttpResponse:
    """This function lists the runs, warnings and cases that a revoked version caused."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    caused = caused_by(viewer, revocation_id)
    if caused is None:
        raise Http404
    households = [row.household_id for row in (*caused.waiting, *caused.cases)]
    cards = household_cards(viewer, list(dict.fromkeys(households)))
    names = {key: (card.head_name, card.place) for key, card in cards.items()}
    page = {
        "caused": caused,
        "waiting": [(row, *names.get(row.household_id, ("（已迁出）", ""))) for row in caused.waiting],
        "cases": [(row, *names.get(row.household_id, ("（已迁出）", ""))) for row in caused.cases],
        "shown": SHOWN,
    }
    return render(request, "oversight/revoked.html", page)
