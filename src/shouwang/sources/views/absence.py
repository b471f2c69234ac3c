"""Absent and forbidden look alike: both are a page that does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404

from shouwang.register.errors import HouseholdNotFound
from shouwang.sources.selectors import ClueNotFound
from shouwang.sources.selectors.feeds import ImportNotFound


@contextmanager
def absent_as_404() -> Iterator[None]:
    """This function turns the refusal of what cannot be seen into a missing page."""
    try:
        yield
    except (ClueNotFound, ImportNotFound, HouseholdNotFound) as refusal:
        raise Http404 from refusal
