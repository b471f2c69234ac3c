"""The pages that everybody opens ask the database as often for many cases as for few."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories.casework import Walk, case_make
from tests.factories.cast import Cast, sign_in

# What a page may ask in all: signing in, the scope and the viewer take five of them.
MOST: dict[str, tuple[Callable[[Walk], str], int]] = {
    "the desk": (lambda walk: reverse("desks:desk"), 28),
    "the list of cases": (lambda walk: reverse("casework:list"), 16),
    "a case": (lambda walk: reverse("casework:case", args=[walk.case.pk]), 30),
    "the screen": (lambda walk: reverse("oversight:screen"), 26),
    "screenings": (lambda walk: reverse("screening:list"), 11),
}


@pytest.mark.parametrize("page", list(MOST))
def test_a_page_asks_no_more_for_more_cases(client: Client, cast: Cast, page: str) -> None:
    address, most = MOST[page]
    first = case_make(cast, upto="decide")
    sign_in(client, cast.county)
    counts = []
    for more in (0, 3):
        for _ in range(more):
            case_make(cast, upto="decide")
        client.get(address(first))  # what is read once and kept
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address(first)).status_code == 200
        counts.append(sum("SAVEPOINT" not in query["sql"] for query in caught))
    assert counts[0] == counts[1], counts
    assert counts[0] <= most, counts
