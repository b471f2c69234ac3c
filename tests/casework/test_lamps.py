"""Lamps: design §5 on every day, the SQL expression equal to the pure rule, counts that add up."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories.casework import AT, Walk, case_make
from tests.factories.cast import Cast
from tests.factories.register import household_make

from shouwang.casework import services
from shouwang.casework.models import Case, CaseEvent
from shouwang.casework.rules import Ending, Happening, Lamp, lamp_of
from shouwang.casework.selectors import (
    cases_visible_to,
    lamp_counts,
    lamp_filter,
    lamp_totals,
    with_lamp,
)
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, Viewer, acting_as

DAY = AT.date()


def shown(walk: Walk, on: date) -> str | None:
    with acting_as(SYSTEM):
        return with_lamp(Case.objects.filter(pk=walk.case_id), on).get().lamp  # type: ignore[attr-defined]


def derived(walk: Walk, on: date) -> Lamp | None:
    """The pure rule over the case's events."""
    with acting_as(SYSTEM):
        events = list(CaseEvent.objects.filter(case_id=walk.case_id).order_by("pk"))
    return lamp_of(
        [Happening(event.what, event.at.astimezone(SHANGHAI).date(), event.data.get("ending", "")) for event in events],
        on=on,
    )


def test_yellow_on_the_day_and_red_after_it_while_open(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    assert shown(walk, DAY - timedelta(days=1)) is None
    assert shown(walk, DAY) == "YELLOW"
    assert shown(walk, DAY + timedelta(days=1)) == "RED"
    assert shown(walk, DAY + timedelta(days=400)) == "RED"


def test_green_from_the_day_of_the_visit_that_found_no_risk(cast: Cast) -> None:
    walk = case_make(cast, upto="visit")
    walk.at += timedelta(days=30)
    walk.visit()
    closed = walk.at.astimezone(SHANGHAI).date()
    assert shown(walk, closed - timedelta(days=1)) == "RED"
    assert shown(walk, closed) == "GREEN"


def test_blue_when_rejected_even_on_the_day_of_the_warning(cast: Cast) -> None:
    walk = case_make(cast, upto="review").review(conforms=False)
    assert shown(walk, DAY) == "BLUE"
    assert shown(walk, DAY + timedelta(days=9)) == "BLUE"


@pytest.mark.parametrize("closing", ["withdrawn", "died", "doubled"])
def test_grey_when_closed_otherwise(cast: Cast, closing: str) -> None:
    walk = case_make(cast, upto="dispatch")
    at = walk.at + timedelta(days=3)
    with acting_as(cast.county):
        services.case_close(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, closing=closing, reason="已核实", at=at
        )
    assert shown(walk, DAY + timedelta(days=2)) == "RED"
    assert shown(walk, DAY + timedelta(days=3)) == "GREY"


def test_grey_when_handed_over(cast: Cast) -> None:
    walk = case_make(cast, upto="visit").visit(is_risk_gone=False).hand_over()
    assert shown(walk, DAY + timedelta(days=60)) == "GREY"


def test_still_at_risk_stays_red(cast: Cast) -> None:
    walk = case_make(cast, upto="visit").visit(is_risk_gone=False)
    assert shown(walk, DAY + timedelta(days=60)) == "RED"


WAYS = [
    "check",
    "dispatch",
    "review",
    "decide",
    "help",
    "visit",
    "closed",
    "rejected",
    "refused",
    "handed",
    "withdrawn",
]


def make(cast: Cast, way: str, at: datetime = AT, slot: int | None = None) -> Walk:
    """A case left at a stage or ended in a way."""
    last = {"rejected": "review", "refused": "decide", "handed": "visit", "withdrawn": "dispatch"}
    reporter = cast.county if slot else None
    walk = case_make(cast, upto=last.get(way, way), at=at, slot=slot, reporter=reporter)
    if way == "rejected":
        walk.review(conforms=False)
    elif way == "refused":
        walk.decide(approve=False)
    elif way == "handed":
        walk.visit(is_risk_gone=False).hand_over()
    elif way == "withdrawn":
        with acting_as(cast.county):
            services.case_withdraw(
                viewer=cast.county, case_id=walk.case_id, version=walk.version, reason="误报", at=walk.at
            )
    return walk


@pytest.mark.parametrize("way", WAYS)
def test_the_sql_expression_equals_the_pure_rule_on_every_day(cast: Cast, way: str) -> None:
    # Eleven at night: the steps that follow fall on the days after.
    walk = make(cast, way, at=AT.replace(hour=23))
    for offset in range(-2, 5):
        on = DAY + timedelta(days=offset)
        assert shown(walk, on) == derived(walk, on), on


days = st.integers(0, 9).map(lambda offset: DAY + timedelta(days=offset))


@settings(max_examples=300)
@given(st.data())
def test_every_history_shows_exactly_one_lamp_from_its_first_day_on(data: st.DataObject) -> None:
    opened = data.draw(days)
    history = [Happening("OPENED", opened)]
    assisted = data.draw(st.booleans())
    visited = assisted and data.draw(st.booleans())
    later = data.draw(st.integers(0, 5))
    if assisted:
        history.append(Happening("ASSISTED", opened + timedelta(days=later)))
    if visited:
        history.append(Happening("VISITED", opened + timedelta(days=later)))
    ending = data.draw(st.sampled_from([None, *Ending]))
    closed = opened + timedelta(days=later)
    if ending is not None:
        history.append(Happening("CLOSED", closed, ending))
    on = opened + timedelta(days=data.draw(st.integers(-3, 12)))
    lamp = lamp_of(history, on=on)
    assert (lamp is None) == (on < opened)
    if lamp is Lamp.GREEN:
        assert assisted
        assert visited
        assert ending is Ending.HELPED
    if lamp is Lamp.YELLOW:
        assert on == opened
        assert ending is None or on < closed
    if lamp is Lamp.BLUE:
        assert ending is Ending.REJECTED


def test_counts_add_up_by_county_and_township_and_equal_the_lists(cast: Cast) -> None:
    for way in ("check", "review", "closed", "rejected", "handed"):
        make(cast, way)
    make(cast, "check", slot=cast.places.sibling_town_village.lo)
    for on in (DAY, DAY + timedelta(days=1)):
        with acting_as(cast.county):
            (county,) = lamp_counts(cast.county, on, 3)
            towns = lamp_counts(cast.county, on, 4)
            assert county.lo == 130529000000
            assert [town.lo for town in towns] == [130529101000, 130529102000]
            assert lamp_totals(towns).total == county.total == 6
            for lamp in Lamp:
                rows = cases_visible_to(cast.county).filter(lamp_filter(lamp, on))
                assert rows.count() == county.of(lamp) == sum(town.of(lamp) for town in towns)
                assert {case.lamp for case in with_lamp(rows, on)} <= {lamp}
        with acting_as(cast.neighbour):
            assert lamp_counts(cast.neighbour, on, 3) == []


def test_an_unknown_lamp_keeps_nothing(cast: Cast) -> None:
    make(cast, "check")
    with acting_as(cast.county):
        assert not cases_visible_to(cast.county).filter(lamp_filter("PINK", DAY)).exists()


def test_counting_takes_one_query(cast: Cast, django_assert_num_queries: object) -> None:
    make(cast, "check")
    with acting_as(cast.county), django_assert_num_queries(1):  # type: ignore[operator]
        lamp_counts(cast.county, DAY, 4)


def viewers(cast: Cast) -> list[Viewer]:
    return [cast.officer, cast.township, cast.county, cast.leader, cast.city, cast.province, cast.auditor]


def test_every_reader_of_the_area_counts_the_same(cast: Cast) -> None:
    make(cast, "check")
    household_make(cast.slot)
    for viewer in viewers(cast):
        with acting_as(viewer):
            assert lamp_totals(lamp_counts(viewer, DAY, 4)).total == 1
    with acting_as(cast.medical):
        assert lamp_counts(cast.medical, DAY, 4) == []
