"""户次 and 人次: a household helped twice counts twice, its people as often as they were helped (domain §3.8)."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from tests.factories.casework import AT, Walk, case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make

from shouwang.assistance.models import Aid
from shouwang.assistance.selectors import AidCount, aid_count, aids_in
from shouwang.assistance.services import Delivery, Plan, help_complete, measure_deliver, measure_plan
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.models import Membership

pytestmark = pytest.mark.django_db(transaction=True)


def home(cast: Cast) -> int:
    return household_make(cast.slot, members=[("李秀兰", "SPOUSE"), ("张小明", "CHILD")]).pk


def members(household_id: int) -> list[int]:
    with acting_as(SYSTEM):
        rows = Membership.objects.filter(household_id=household_id).order_by("pk")
        return list(rows.values_list("person_id", flat=True))


def help_given(cast: Cast, walk: Walk, *persons: int | None) -> None:
    """Measures for some of the household (None: all of it) planned, delivered and completed by the centre."""
    at = walk._next()
    with acting_as(cast.county):
        for person_id in persons:
            plan = Plan(
                kind="HEALTH", summary="送医送药", person_id=person_id, organisation_id=cast.county.organisation_id
            )
            measure = measure_plan(viewer=cast.county, case_id=walk.case_id, version=None, plan=plan, at=at)
            delivery = Delivery(at.date(), "已送到")
            measure_deliver(
                viewer=cast.county, measure_id=measure.pk, version=measure.version, delivery=delivery, at=at
            )
        help_complete(viewer=cast.county, case_id=walk.case_id, version=walk.version, at=at)


def counted(viewer: Viewer, cast: Cast) -> AidCount:
    county = cast.places.county
    with acting_as(viewer):
        return aid_count(aids_in(viewer, lo=county.lo, hi=county.hi, since=AT.date(), until=date(2099, 1, 1)))


def test_who_is_named_counts_once_a_time_and_a_measure_for_all_counts_everybody(cast: Cast) -> None:
    walk = case_make(cast, upto="help", household_id=home(cast))
    first, second, _ = members(walk.case.household_id)
    help_given(cast, walk, first, second, first)
    assert counted(cast.county, cast) == AidCount(times=1, people=2, households=1)
    walk.visit(is_risk_gone=False)
    with acting_as(cast.county):
        from shouwang.casework.services import case_help_again

        case_help_again(
            viewer=cast.county, case_id=walk.case_id, version=walk.version, reason="仍有困难", at=walk._next()
        )
    help_given(cast, walk, first, None)
    assert counted(cast.county, cast) == AidCount(times=2, people=2 + 3, households=1)
    again = case_make(cast, upto="help", household_id=home(cast))
    help_given(cast, again, None)
    assert counted(cast.county, cast) == AidCount(times=3, people=8, households=2)
    assert counted(cast.city, cast).times == 3 and counted(cast.neighbour, cast).times == 0
    assert counted(cast.medical, cast).times == 0


def test_what_was_helped_before_it_was_kept_is_counted_alike(cast: Cast, admin_url: str) -> None:
    import psycopg

    walk = case_make(cast, upto="help", household_id=home(cast))
    help_given(cast, walk, None, members(walk.case.household_id)[0])
    with acting_as(cast.county), pytest.raises(ProgrammingError), transaction.atomic():
        Aid.objects.all().delete()
    wanted = ("slot", "household_id", "case_id", "on", "people", "measures", "at")
    with acting_as(SYSTEM):
        kept = list(Aid.objects.values_list(*wanted))
    earlier = import_module("shouwang.assistance.migrations.0003_aid").EARLIER
    url = admin_url.rsplit("/", 1)[0] + "/" + connection.settings_dict["NAME"]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("delete from assistance_aid")
        owner.execute(earlier)
    with acting_as(SYSTEM):
        assert list(Aid.objects.values_list(*wanted)) == kept


def test_the_screen_says_it_and_leads_to_exactly_those_rows(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="help", household_id=home(cast))
    help_given(cast, walk, None)
    with acting_as(SYSTEM):
        on = Aid.objects.get().on
    address = f"{reverse('assistance:aids')}?since={on - timedelta(days=1)}&until={on}"
    text = sign_in(client, cast.county).get(address).content.decode()
    assert "<strong>1</strong> 户次" in text and "<strong>3</strong> 人次" in text and "张胜坤" in text
    text = client.get(f"{reverse('assistance:aids')}?since={on + timedelta(days=1)}").content.decode()
    assert "<strong>0</strong> 户次" in text and "张胜坤" not in text
    screen = client.get(reverse("oversight:screen") + f"?on={on}").content.decode()
    assert "<strong>1</strong> 户次、<strong>3</strong> 人次" in screen
    assert client.get(reverse("assistance:aids") + "?area=130532").status_code == 404
