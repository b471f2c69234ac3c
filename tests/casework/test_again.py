"""One household, several events: a later case shows the earlier ones; a removed household that warns is new again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.casework import AT, case_make, pack_changed
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make

from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.selectors import households_profile, state_on

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_second_event_opens_a_case_of_its_own_that_shows_the_first(client: Client, cast: Cast) -> None:
    first = case_make(cast, upto="closed")
    second = case_make(
        cast, upto="dispatch", household_id=first.case.household_id, at=first.at + timedelta(days=30),
    )  # fmt: skip
    assert second.case_id != first.case_id and first.case.outcome == "HELPED"
    text = sign_in(client, cast.county).get(reverse("casework:case", args=[second.case_id])).content.decode()
    assert "这户的其他案件" in text and f"案件号 {first.case_id}）" in text and "领导小组会商：同意救助" in text
    alone = case_make(cast, upto="dispatch")
    page = client.get(reverse("casework:case", args=[alone.case_id])).content.decode()
    assert "这户的其他案件" not in page


@pytest.mark.parametrize("was", ["removed", "watched", "never"])
def test_a_removed_household_that_warns_again_is_identified_anew(cast: Cast, was: str) -> None:
    begun, removed = AT.date() - timedelta(days=400), AT.date() - timedelta(days=40)
    state = {"watch_type": "MARGINAL", "identified_date": begun} if was != "never" else {}
    state |= {"removed_date": removed, "removal": "HELPED"} if was == "removed" else {}
    household = household_make(cast.slot, **state)
    ends = {"risk_gone": {"name": "识别为监测对象", "ending": "HELPED", "sets": {"watch_type": "SUDDEN"}}}
    pack_changed(cast, lambda stages: None, procedure=lambda whole: whole.update(ends=ends))
    before = households_profile_type(household.pk, AT.date())
    walk = case_make(cast, upto="dispatch", household_id=household.pk)
    assert walk.case.is_open and before == ("MARGINAL" if was == "watched" else "")
    walk = case_make(cast, upto="closed", household_id=household.pk, cause="STUDY")  # the whole way, from its beginning
    on = walk.case.closed_on
    with acting_as(SYSTEM):
        now, past = state_on(SYSTEM, household.pk, on), state_on(SYSTEM, household.pk, removed + timedelta(days=1))
    assert now is not None and past is not None
    assert (now.watch_type, now.removed_date) == ("SUDDEN", None)
    assert now.identified_date == (begun if was == "watched" else on)
    assert past.removed_date == (removed if was == "removed" else None)  # what was known then stays known


def households_profile_type(household_id: int, on: date) -> str:
    with acting_as(SYSTEM):
        return households_profile(SYSTEM, [household_id], on=on)[household_id].type_key
