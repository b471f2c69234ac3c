"""The scope: what `acting_as` shows, keeps and gives back, in real transactions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection, transaction
from tests.factories.cast import Cast
from tests.factories.people import grant_make

from shouwang.people.access import NOBODY, SYSTEM, TooManyAreas, acting_as
from shouwang.people.models import TaskGrant


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(current_setting(%s, true), '')", [name])
        return str(cursor.fetchone()[0])


def kind() -> str:
    return setting("sw.kind")


def test_the_scope_ends_with_its_transaction(real_cast: Cast) -> None:
    with acting_as(real_cast.county):
        assert kind() == "COUNTY_CENTRE"
        assert setting("sw.ranges") == "{[130529000000,130529999999]}"
    assert kind() == ""


def test_a_nested_scope_gives_the_outer_one_back(real_cast: Cast) -> None:
    with acting_as(real_cast.county):
        with acting_as(real_cast.officer):
            assert kind() == "VILLAGE"
            with acting_as(SYSTEM):
                assert kind() == "SYSTEM"
            assert kind() == "VILLAGE"
        assert (kind(), setting("sw.lo1")) == ("COUNTY_CENTRE", "130529000000")


def test_a_nested_scope_that_fails_gives_the_outer_one_back(real_cast: Cast) -> None:
    with acting_as(real_cast.county):
        with pytest.raises(RuntimeError), acting_as(SYSTEM):
            raise RuntimeError
        assert kind() == "COUNTY_CENTRE"


def test_a_nested_scope_that_is_rolled_back_quietly_gives_the_outer_one_back(real_cast: Cast) -> None:
    with acting_as(real_cast.county):
        with acting_as(SYSTEM):
            transaction.set_rollback(True)
        assert kind() == "COUNTY_CENTRE"


def test_a_failed_scope_leaves_nothing_on_the_connection(real_cast: Cast) -> None:
    with pytest.raises(RuntimeError), acting_as(SYSTEM):
        raise RuntimeError
    assert (kind(), TaskGrant.objects.count()) == ("", 0)


def test_an_anonymous_viewer_has_no_kind_and_no_range(real_cast: Cast) -> None:
    with acting_as(NOBODY):
        assert (kind(), setting("sw.ranges"), setting("sw.organisation")) == ("", "", "")


def test_two_viewers_on_one_connection_see_their_own_rows(real_cast: Cast) -> None:
    with acting_as(SYSTEM):
        grant_make(real_cast.medical, household_id=1, slot=real_cast.slot)
        grant_make(real_cast.neighbour_medical, household_id=2, slot=real_cast.neighbour_slot)
    seen = {}
    for name, viewer in real_cast.members().items():
        with acting_as(viewer):
            seen[name] = sorted(TaskGrant.objects.values_list("household_id", flat=True))
    assert seen["county"] == seen["officer"] == seen["auditor"] == seen["medical"] == [1]
    assert seen["neighbour"] == seen["neighbour_officer"] == seen["neighbour_medical"] == [2]
    assert seen["city"] == seen["province"] == [1, 2]
    assert seen["civil"] == seen["insurer"] == seen["administrator"] == seen["sibling_officer"] == []
    assert TaskGrant.objects.count() == 0


def test_the_worker_is_held_to_the_ranges_it_took(real_cast: Cast) -> None:
    with acting_as(SYSTEM):
        grant_make(real_cast.medical, household_id=1, slot=real_cast.slot)
        grant_make(real_cast.neighbour_medical, household_id=2, slot=real_cast.neighbour_slot)
    with acting_as(replace(SYSTEM, ranges=real_cast.county.ranges)):
        assert list(TaskGrant.objects.values_list("household_id", flat=True)) == [1]


def test_nine_areas_are_refused(real_cast: Cast) -> None:
    nine = tuple((number * 10, number * 10 + 1) for number in range(9))
    with pytest.raises(TooManyAreas), acting_as(replace(real_cast.county, ranges=nine)):
        raise AssertionError("not reached")


def test_a_viewer_without_areas_filters_to_nothing(real_cast: Cast) -> None:
    assert not NOBODY.can_see(real_cast.slot)
    with acting_as(SYSTEM):
        grant_make(real_cast.medical, household_id=1, slot=real_cast.slot)
        assert not TaskGrant.objects.filter(NOBODY.q()).exists()
        assert TaskGrant.objects.filter(real_cast.township.q()).count() == 1
