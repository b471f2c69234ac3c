"""What the pages of contacts, slots and giving share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.http import Http404, HttpRequest

from shouwang.assistance.contexts.contacts import ContactLine
from shouwang.assistance.models import Contact
from shouwang.assistance.services import ContactNotFound, may_log
from shouwang.people.access import READS_REGISTER, Kind, Viewer
from shouwang.people.selectors import AreaRow, appointments_over, area_by_code, top_area
from shouwang.register.errors import HouseholdNotFound
from shouwang.register.selectors import HouseholdCard, household_cards, household_get

READERS = tuple(sorted(READS_REGISTER - {Kind.SYSTEM}))
KEEPERS = (Kind.VILLAGE, Kind.TOWNSHIP, Kind.COUNTY_CENTRE)
LOGGERS = (*KEEPERS, Kind.LEADING_GROUP)


def viewer_of(request: HttpRequest) -> Viewer:
    """This function returns who acts in this request."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


@contextmanager
def absent_as_404() -> Iterator[None]:
    """This function turns the refusal of what cannot be seen into a missing page."""
    try:
        yield
    except (ContactNotFound, HouseholdNotFound) as refusal:
        raise Http404 from refusal


def card_of(viewer: Viewer, household_id: int) -> HouseholdCard:
    """This function returns a household the viewer may see; any other is a missing page."""
    with absent_as_404():
        return household_get(viewer, household_id)


def area_asked(request: HttpRequest, viewer: Viewer) -> AreaRow | None:
    """This function returns the area of the address that lies inside the viewer's, else her own."""
    asked = area_by_code(request.GET.get("area", ""))
    if asked is not None and viewer.covers(asked.lo, asked.hi):
        return asked
    return top_area(viewer)


def contact_lines(viewer: Viewer, contacts: list[Contact], on: date) -> list[ContactLine]:
    """This function returns contacts with their households, as lists show them."""
    cards = household_cards(viewer, {contact.household_id for contact in contacts})
    gone = appointments_over({one.appointment_id for one in contacts if one.appointment_id and one.is_standing}, on=on)
    return [
        ContactLine(
            contact, cards.get(contact.household_id), max(0, (on - contact.due_on).days), may_log(viewer, contact),
            contact.appointment_id in gone,
        )
        for contact in contacts
    ]  # fmt: skip
