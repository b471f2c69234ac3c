"""Whoever comes second with a visit sees who was first, and keeps what she typed."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import case_make, clue_make, second_clerk
from tests.factories.cast import Cast, sign_in

from shouwang.casework import services
from shouwang.evaluation.services import Finding, visit_record
from shouwang.people.access import acting_as

DAY = timezone.localdate()
TYPED = {
    "way": "PHONE", "visited_on": DAY.isoformat(), "spoke_with": "张胜坤", "has_help_arrived": "yes",
    "q-outcome-ILLNESS": "stays", "note": "我听到的情况", "still_needed": "再介绍一份工作",
}  # fmt: skip


def test_a_second_visit_sees_the_first(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="visit", at=timezone.now() - timedelta(days=3))
    seen, other = walk.version, second_clerk(cast)
    finding = Finding(
        way="ON_SITE",
        visited_on=DAY,
        spoke_with="吴红印",
        has_help_arrived=True,
        is_risk_gone=True,
        note="已上班",
        answers={"q-outcome-ILLNESS": "gone"},
    )
    with acting_as(other):
        visit_record(viewer=other, case_id=walk.case_id, version=seen, finding=finding, at=timezone.now())
    address = reverse("evaluation:visit", args=[walk.case_id])
    response = sign_in(client, cast.county).post(address, {**TYPED, "version": seen})
    text = response.content.decode()
    assert response.status_code == 409
    assert "张复核" in text and "已上班" in text
    assert "我听到的情况" in text and "再介绍一份工作" in text and "仍有风险，继续帮扶" in text
    assert 'name="resume"' not in text


def test_a_visit_overtaken_by_a_report_goes_on_with_what_was_typed(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="visit", at=timezone.now() - timedelta(days=3))
    seen = walk.version
    services.clue_take(clue_id=clue_make(cast.officer, walk.case.household_id).pk, at=timezone.now())
    assert walk.version > seen
    address = reverse("evaluation:visit", args=[walk.case_id])
    late = sign_in(client, cast.county).post(address, {**TYPED, "version": seen})
    assert late.status_code == 409 and 'name="resume"' in late.content.decode()
    resumed = client.post(address, {**TYPED, "version": walk.version, "resume": "1"})
    assert resumed.status_code == 200 and "我听到的情况" in resumed.content.decode()
    assert walk.case.act == "visit"
    client.post(address, {**TYPED, "version": walk.version})
    assert walk.case.act == "settle"


def test_a_day_before_the_help_is_refused_beside_its_field(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="visit", at=timezone.now() - timedelta(days=3))
    data = {**TYPED, "version": walk.version, "visited_on": "2020-01-01"}
    response = sign_in(client, cast.county).post(reverse("evaluation:visit", args=[walk.case_id]), data)
    text = response.content.decode()
    assert response.status_code == 422
    assert "早于救助落实日期" in text and "我听到的情况" in text
