"""What the pages of care share."""

from __future__ import annotations

from datetime import date

from shouwang.insurance.care.services import frame_or_none, role_of
from shouwang.insurance.views.common import ROLES, viewer_of
from shouwang.people.access import Kind
from shouwang.rulebook.values import EARLIEST, LATEST

__all__ = [
    "BODIES",
    "OFFICES",
    "PEOPLE_READERS",
    "READERS",
    "ROLES",
    "frame_or_none",
    "month_read",
    "role_of",
    "viewer_of",
]

OFFICES = (Kind.DEPARTMENT, Kind.COUNTY_CENTRE, Kind.INSURER)  # whom a pack may let run the scheme, or assess
BODIES = (*OFFICES, Kind.CARE_PROVIDER)
PEOPLE_READERS = (*OFFICES, Kind.AUDIT)
READERS = (*BODIES, Kind.AUDIT, Kind.LEADING_GROUP, Kind.CITY_CENTRE, Kind.PROVINCE)


def month_read(text: str, *, otherwise: date) -> date:
    """This function reads a month out of an address (2020-06); another one where it can be none."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return otherwise.replace(day=1)
    return found if EARLIEST <= found <= LATEST else otherwise.replace(day=1)
