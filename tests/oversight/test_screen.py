"""The screen's numbers are links to exactly the cases they count, and they add up."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.casework import case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make

from shouwang.casework.models import Case
from shouwang.casework.selectors.funnel import funnel_kept, funnel_since
from shouwang.casework.selectors.progress import PASSED, cases_passed
from shouwang.people.access import SYSTEM, Viewer, acting_as

pytestmark = pytest.mark.django_db(transaction=True)


def client_for(viewer: Viewer) -> Client:
    return sign_in(Client(), viewer)


@pytest.fixture
def county_of_cases(real_cast: Cast) -> Cast:
    """Cases at every stretch of the way, opened over the last ten days."""
    now = timezone.now()
    for number, upto in enumerate(("check", "review", "help", "closed")):
        case_make(real_cast, upto=upto, at=now - timedelta(days=10 - number))
    other = household_make(real_cast.places.sibling_town_village.lo, head="李贵")
    case_make(real_cast, upto="check", at=now - timedelta(hours=1), household_id=other.pk, reporter=real_cast.county)
    return real_cast


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def total_of(client: Client, address: str) -> int:
    found = re.search(r"共 ([\d,]+) 件", page(client, address))
    assert found, address
    return int(found[1].replace(",", ""))


def links_with_counts(html: str) -> list[tuple[str, int]]:
    """Every link to the list of cases whose text ends in a number."""
    found = []
    for href, inner in re.findall(r'<a [^>]*href="(/cases/\?[^"]*)"[^>]*>(.*?)</a>', html, re.S):
        words = re.sub(r"<[^>]+>", " ", inner)
        numbers = re.findall(r"(?<![\d-])\d[\d,]*(?![\d-])", words)
        if numbers:
            found.append((unescape(href), int(numbers[-1].replace(",", ""))))
    return found


@pytest.mark.parametrize("who", ["county", "city", "leader", "township"])
def test_every_number_is_a_link_to_as_many_cases(county_of_cases: Cast, who: str) -> None:
    client = client_for(getattr(county_of_cases, who))
    links = links_with_counts(page(client, "/screen/"))
    assert len(links) > 5
    for href, count in links:
        assert total_of(client, href) == count, href


def test_the_lamps_of_the_areas_add_up_to_the_counters(county_of_cases: Cast) -> None:
    response = client_for(county_of_cases.county).get("/screen/")
    context = response.context["page"]
    for line in context.lamps:
        assert line.count == sum(row.lamps.of(line.key) for row in context.screen.below)
    assert sum(line.count for line in context.lamps) == 5


def test_the_median_days_and_counts_of_the_funnel_follow_the_cases(county_of_cases: Cast) -> None:
    county, on = county_of_cases.places.county, timezone.localdate()
    with acting_as(county_of_cases.county):
        since = funnel_since(on - timedelta(days=30))
        steps = funnel_kept(level=3, lo=county.lo, hi=county.hi, since=since)
        cases = Case.objects.all()
        for step in steps[1:]:
            assert step.count == cases_passed(cases, step.key).count()
    assert [step.key for step in steps[1:]] == list(PASSED)
    assert [step.count for step in steps] == [5, 3, 2, 1, 1]
    assert all(step.median_days is not None for step in steps[1:])


def test_the_city_drills_down_to_the_township_and_back(county_of_cases: Cast) -> None:
    client = client_for(county_of_cases.city)
    html = page(client, "/screen/")
    county = county_of_cases.places.county
    assert f"/screen/?area={county.lo:012d}" in html
    below = page(client, f"/screen/?area={county.lo:012d}")
    assert county_of_cases.places.town.name in below
    assert "回到邢台市" in below


def outsiders(cast: Cast) -> list[Viewer]:
    return [cast.medical, cast.insurer, cast.officer]


def test_the_neighbour_sees_none_of_it_and_departments_no_screen(county_of_cases: Cast) -> None:
    county = county_of_cases.places.county
    assert client_for(county_of_cases.neighbour).get(f"/screen/?area={county.lo:012d}").status_code == 404
    own = client_for(county_of_cases.neighbour).get("/screen/").context["page"]
    assert sum(line.count for line in own.lamps) == 0
    for viewer in outsiders(county_of_cases):
        assert client_for(viewer).get("/screen/").status_code == 404
    with acting_as(SYSTEM):
        assert Case.objects.count() == 5


@pytest.mark.parametrize("code", ["1305", "999999999999", "x", "130529000000 or 1=1"])
def test_an_unknown_area_is_not_found(county_of_cases: Cast, code: str) -> None:
    assert client_for(county_of_cases.county).get("/screen/", {"area": code}).status_code == 404


def test_an_empty_county_says_how_to_begin(real_cast: Cast) -> None:
    html = page(client_for(real_cast.county), "/screen/")
    assert "还没有预警" in html
    assert "没有逾期的案件" in html
