"""Finding a household or a person.

An ID or a phone number is sent in the body and answered in place, it never stands in an address; a name, initials or a
village lead to an address that can be returned to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.audit.services import entry_append
from shouwang.kit.codes import Relationship
from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.contexts import FoundPerson, SearchView
from shouwang.register.forms import VillageForm
from shouwang.register.selectors import PersonHit, household_search, person_search, register_is_empty
from shouwang.register.selectors.villages import PlaceOption, villages_anywhere
from shouwang.register.views.common import (
    EDITORS,
    READERS,
    key_of,
    may_edit,
    stays_out_of_addresses,
    tabs_of,
    viewer_of,
    villages_url,
)

LONGEST = 60
IN_ADDRESS = "证件号和电话不能放在网址里，请在上面的框里填写后查找。"


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def search(request: HttpRequest) -> HttpResponse:
    """This function shows the search and what it found; one household found by a number opens at once."""
    viewer = viewer_of(request)
    asked = request.POST if request.method == "POST" else request.GET
    text = asked.get("q", "").replace("\x00", "").strip()[:LONGEST]
    is_private = stays_out_of_addresses(text)
    form = VillageForm({"village": asked.get("village", "")}, viewer=viewer)
    place = form.cleaned_data["village"] if form.is_valid() else None
    if request.method == "POST" and not is_private and form.is_valid():
        wanted = {name: value for name, value in (("q", text), ("village", place.code if place else "")) if value}
        return redirect(f"{reverse('register:search')}{'?' if wanted else ''}{urlencode(wanted)}")
    if request.method == "GET" and is_private:
        return _answer(request, form, "", place, problem=IN_ADDRESS)
    if not form.is_valid():
        return _answer(request, form, text, None, is_private=is_private)
    slot = place.lo if place else _only_village(viewer)
    if not text and slot is None:
        return _answer(request, form, "", None, is_empty_register=register_is_empty(viewer))
    after = key_of(asked.get("after", ""))
    try:
        way, found = _found(viewer, text, slot, after)
    except Refusal as refusal:
        return _answer(request, form, text, place, problem=refusal.message, is_private=is_private)
    _log(viewer, way, found)
    people: Sequence[FoundPerson] = found.get("persons", ())
    homes = {person.household_id for person in people}
    if is_private and after is None and found["next_after"] is None and len(homes) == 1 and None not in homes:
        return redirect("desks:household", homes.pop())
    is_empty = not people and not found.get("households") and register_is_empty(viewer)
    return _answer(
        request, form, text, place, has_asked=not is_empty, is_empty_register=is_empty, is_private=is_private,
        is_first=after is None, **found,
    )  # fmt: skip


def _only_village(viewer: Viewer) -> int | None:
    """This function returns the village of somebody who has a single one: its households are listed at once."""
    if viewer.kind is Kind.VILLAGE and len(viewer.ranges) == 1 and viewer.ranges[0][0] == viewer.ranges[0][1]:
        return viewer.ranges[0][0]
    return None


def _found(viewer: Viewer, text: str, slot: int | None, after: int | None) -> tuple[str, dict[str, Any]]:
    if text:
        people = person_search(viewer, text, slot, after)
        return people.way, {"persons": [_person(hit) for hit in people.rows], "next_after": people.next_after}
    homes = household_search(viewer, "", slot, after)
    return homes.way, {"households": homes.rows, "next_after": homes.next_after}


def _person(hit: PersonHit) -> FoundPerson:
    return FoundPerson(
        person_id=hit.person_id,
        name=hit.name,
        relationship_label=Relationship.parse(hit.relationship).label if hit.relationship else "",
        place=hit.place,
        birth_date=hit.birth_date,
        died_on=hit.died_on,
        masked_id=hit.masked_id,
        household_id=hit.household_id,
        household_number=hit.household_number,
    )


def _log(viewer: Viewer, way: str, found: dict[str, Any]) -> None:
    """This function logs that somebody searched and how, without the text."""
    number = len(found.get("persons", ())) + len(found.get("households", ()))
    entry_append(
        viewer=viewer, action="register.search", subject_type="people.Organisation",
        subject_id=viewer.organisation_id or 0, slot=None, at=timezone.now(), after={"way": way, "found": number},
    )  # fmt: skip


def _answer(
    request: HttpRequest, form: VillageForm, text: str, place: PlaceOption | None, **found: Any
) -> HttpResponse:
    viewer = viewer_of(request)
    page = SearchView(
        tabs=tabs_of(viewer, "search"),
        form=form,
        text=text,
        village=place.code if place else "",
        village_shown=place.full_name if place else "",
        asks_village=_only_village(viewer) is None,
        village_search=villages_url(),
        imports_href=reverse("register:imports"),
        may_edit=may_edit(viewer),
        **found,
    )
    return render(request, "register/search.html", {"page": page}, status=200 if form.is_valid() else 422)


@require_GET
@requires(*EDITORS)
def villages(request: HttpRequest) -> HttpResponse:
    """This function answers a picker with villages of the whole division table, for moves out of sight."""
    asked = request.GET.get("q", "").strip()[:40]
    options = [(place.code, place.name, place.full_name) for place in villages_anywhere(asked)] if asked else []
    return render(request, "ui/picker_options.html", {"options": options, "asked": asked})
