"""Whoever comes second with help sees who was first, and keeps what she typed."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import Walk, case_make, second_clerk
from tests.factories.cast import Cast, sign_in

from shouwang.assistance.models import Measure
from shouwang.assistance.services import Delivery, Plan, help_complete, measure_cancel, measure_deliver, measure_plan
from shouwang.people.access import Viewer, acting_as

DAY = timezone.localdate()


def planned(walk: Walk, provider: Viewer) -> Measure:
    viewer = walk.cast.county
    plan = Plan(kind="EMPLOYMENT", summary="培训操作技能", organisation_id=provider.organisation_id)
    with acting_as(viewer):
        return measure_plan(viewer=viewer, case_id=walk.case_id, version=None, plan=plan, at=timezone.now())


def delivered(measure: Measure, viewer: Viewer) -> None:
    delivery = Delivery(delivered_on=DAY, result="已推荐到附近加工厂")
    with acting_as(viewer):
        measure_deliver(viewer=viewer, measure_id=measure.pk, version=1, delivery=delivery, at=timezone.now())


def helped(cast: Cast) -> Walk:
    return case_make(cast, upto="help", at=timezone.now() - timedelta(days=3))


def test_a_second_delivery_sees_the_first(client: Client, cast: Cast) -> None:
    measure = planned(helped(cast), cast.labour)
    delivered(measure, cast.labour)
    data = {"version": 1, "delivered_on": DAY.isoformat(), "result": "我登记的情况", "amount": "60", "unit": "DAILY"}
    response = sign_in(client, cast.labour).post(reverse("assistance:deliver", args=[measure.pk]), data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "已推荐到附近加工厂" in text and cast.labour.label in text
    assert "我登记的情况" in text and "60" in text


def test_a_delivery_of_a_cancelled_measure_is_kept_to_be_read(client: Client, cast: Cast) -> None:
    measure = planned(helped(cast), cast.labour)
    with acting_as(cast.county):
        measure_cancel(viewer=cast.county, measure_id=measure.pk, version=1, reason="重复安排", at=timezone.now())
    data = {"version": 1, "delivered_on": DAY.isoformat(), "result": "我登记的情况"}
    response = sign_in(client, cast.labour).post(reverse("assistance:deliver", args=[measure.pk]), data)
    assert response.status_code == 409
    assert "已取消" in response.content.decode() and "我登记的情况" in response.content.decode()


def test_a_plan_for_a_case_that_went_on_keeps_its_words(client: Client, cast: Cast) -> None:
    walk = helped(cast)
    other = second_clerk(cast)
    delivered(planned(walk, cast.labour), cast.labour)
    seen = walk.version
    with acting_as(other):
        help_complete(viewer=other, case_id=walk.case_id, version=seen, at=timezone.now())
    data = {"version": seen, "provider": cast.civil.organisation_id, "kind": "", "summary": "纳入低保"}
    response = sign_in(client, cast.county).post(reverse("assistance:plan", args=[walk.case_id]), data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "纳入低保" in text and "张复核" in text and "转回访" in text


def test_an_unreadable_version_is_refused_in_a_sentence(client: Client, cast: Cast) -> None:
    walk = helped(cast)
    measure = planned(walk, cast.labour)
    for viewer, page, key in (
        (cast.county, "complete", walk.case_id), (cast.county, "cancel", measure.pk),
        (cast.labour, "deliver", measure.pk),
    ):  # fmt: skip
        data = {"version": "9" * 5000, "delivered_on": DAY.isoformat(), "result": "已办", "reason": "不办了"}
        response = sign_in(client, viewer).post(reverse(f"assistance:{page}", args=[key]), data)
        assert response.status_code == 409
        assert "没有保存" in response.content.decode()
