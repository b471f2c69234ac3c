"""A second actor on the same case sees the first one's change and is refused a stale write."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.casework import AT, case_make, clue_make, second_clerk
from tests.factories.cast import Cast, sign_in

from shouwang.casework import services
from shouwang.casework.errors import CaseStale
from shouwang.people.access import StaleWrite, acting_as


def test_a_stale_write_is_refused_and_says_who_changed_what(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch")
    seen = walk.version
    other = second_clerk(cast)
    with acting_as(other):
        services.case_dispatch(viewer=other, case_id=walk.case_id, version=seen, tasks=["check_medical"], at=walk.at)
    with acting_as(cast.county), pytest.raises(CaseStale) as refused:
        services.case_dispatch(
            viewer=cast.county, case_id=walk.case_id, version=seen, tasks=["check_civil"], at=walk.at
        )
    assert isinstance(refused.value, StaleWrite)
    assert "张复核" in refused.value.message
    assert refused.value.version == walk.version
    assert [event.what for event in refused.value.theirs] == ["SENT"]  # type: ignore[attr-defined]
    assert [task.key for task in walk.tasks()] == ["check_medical"]


def test_a_joined_report_makes_the_reviewers_page_stale(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    seen = walk.version
    clue = clue_make(cast.officer, walk.case.household_id)
    services.clue_take(clue_id=clue.pk, at=AT)
    with acting_as(cast.county), pytest.raises(CaseStale):
        services.case_review(
            viewer=cast.county, case_id=walk.case_id, version=seen, conforms=True, reason="核查属实", at=AT
        )


def test_the_stale_page_keeps_what_was_typed(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    seen = walk.version
    clue = clue_make(cast.officer, walk.case.household_id)
    services.clue_take(clue_id=clue.pk, at=AT)
    address = reverse("casework:judge", args=[walk.case_id])
    data = {"version": seen, "move": "conform", "reason": "我的研判意见"}
    response = sign_in(client, cast.county).post(address, data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "并入本案" in text
    assert "我的研判意见" in text
    assert f'name="version" value="{walk.version}"' in text
    resumed = client.post(address, {**data, "version": walk.version, "resume": "1"})
    assert "我的研判意见" in resumed.content.decode()
    assert walk.case.act == "review"
    client.post(address, {**data, "version": walk.version})
    assert walk.case.act == "decide"
