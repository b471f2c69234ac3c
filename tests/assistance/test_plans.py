"""A plan follows the policy's offers: reasons beside each, clashes and caps refused; proof and confirmation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from tests.assistance.test_help import DAY, LATER, delivered, planned
from tests.factories.casework import case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.papers import ready_photo
from tests.factories.register import household_make, person_make

from shouwang.assistance.models import Measure, Primary, Proof
from shouwang.assistance.selectors import measures_to_confirm, suggestions_by_risk, suggestions_for
from shouwang.assistance.services import (
    ConfirmationUnclear,
    ConfirmedTooEarly,
    Delivery,
    MeasureNotFound,
    NotDelivered,
    OfferNotInForce,
    OffersClash,
    OverCap,
    Said,
    measure_confirm,
    measure_deliver,
)
from shouwang.casework.selectors import case_get
from shouwang.people.access import SYSTEM, acting_as

pytestmark = pytest.mark.django_db(transaction=True)


def test_offers_are_ranked_with_their_reasons_and_what_is_held_is_not_offered_again(real_cast: Cast) -> None:
    home = household_make(real_cast.slot)
    person_make(home, "李秀兰", "SPOUSE", labour="ORDINARY", is_medically_insured=False)
    walk = case_make(real_cast, upto="help", household_id=home.pk)
    with acting_as(real_cast.county):
        case = case_get(real_cast.county, walk.case_id)
        found = suggestions_for(real_cast.county, case, on=DAY)
        (illness,) = suggestions_by_risk(found, list(case.causes))
    by_key = {one.stated.key: one for one in found}
    assert illness.risk == "ILLNESS" and illness.fits[0].risks == ("ILLNESS",) and illness.fits[0].result is True
    premium, house, dibao = by_key["medical_premium"], by_key["house_repair"], by_key["dibao"]
    assert premium.result is True and premium.lines == ["未参加基本医疗保险人数超过0（1 与 0）：成立"]
    assert house.result is None  # nobody filled in whether the house is safe
    assert by_key["other_education"].result is False and by_key["other_education"] not in illness.fits
    assert (dibao.defence_label, dibao.income_label) == ("社会保障兜底", "转移性收入")
    planned(walk, real_cast.civil, kind="SAFETY_NET", offer="dibao", risk="ILLNESS")
    with acting_as(real_cast.county):
        case = case_get(real_cast.county, walk.case_id)
        again = {one.stated.key: one for one in suggestions_for(real_cast.county, case, on=DAY)}
    assert again["dibao"].is_planned and again["tekun"].clash == "农村低保"
    ranked = list(again)
    assert ranked.index("medical_premium") < ranked.index("other_education") < ranked.index("tekun")


def test_what_excludes_each_other_and_what_is_over_the_cap_is_refused(real_cast: Cast) -> None:
    walk = case_make(real_cast, upto="help")
    dibao = planned(walk, real_cast.civil, kind="SAFETY_NET", offer="dibao", risk="ILLNESS")
    assert (dibao.offer, dibao.risk, dibao.unit) == ("dibao", "ILLNESS", "MONTHLY")
    with pytest.raises(OffersClash, match="“特困供养”和这户已有的“农村低保”不能同时享受"):
        planned(walk, real_cast.civil, kind="SAFETY_NET", offer="tekun")
    with pytest.raises(OfferNotInForce):
        planned(walk, real_cast.civil, kind="SAFETY_NET", offer="nothing")
    relief = planned(walk, real_cast.civil, kind="SAFETY_NET", offer="temporary_relief", amount_fen=600_000)
    with pytest.raises(OverCap, match=r"一户一年最多 10,000\.00 元，今年已有 6,000\.00 元，这次最多 4,000\.00 元"):
        planned(walk, real_cast.civil, kind="SAFETY_NET", offer="temporary_relief", amount_fen=400_001)
    planned(walk, real_cast.civil, kind="SAFETY_NET", offer="temporary_relief", amount_fen=400_000)
    with pytest.raises(OverCap, match=r"这次最多 6,000\.00 元"):
        delivered(relief, real_cast.civil, fen=600_001)
    assert delivered(relief, real_cast.civil, fen=600_000).amount_fen == 600_000


def test_a_household_is_counted_once_by_person_and_year(real_cast: Cast) -> None:
    home = household_make(real_cast.slot, members=[("李秀兰", "SPOUSE"), ("张小明", "CHILD")])
    walk = case_make(real_cast, upto="help", household_id=home.pk)
    first = planned(walk, real_cast.medical)
    planned(walk, real_cast.civil, kind="SAFETY_NET")
    with acting_as(SYSTEM):
        rows = list(Primary.objects.values_list("measure_id", "person_id", "year"))
        assert {row[0] for row in rows} == {first.pk} and len({row[1] for row in rows}) == 3
        again = Primary.objects.first()
        assert again is not None
        again.pk = None
        with pytest.raises(IntegrityError, match="measure_one_primary_a_person_and_year"), transaction.atomic():
            again.save(force_insert=True)


def test_proof_is_kept_and_the_household_has_the_last_word(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    measure = planned(walk, cast.medical)
    said = Said(is_received=True, told_by="本人", on=DAY)
    with acting_as(cast.officer), pytest.raises(NotDelivered):
        measure_confirm(viewer=cast.officer, measure_id=measure.pk, said=said, at=LATER)
    with acting_as(cast.medical):
        delivery = Delivery(DAY, "已打入一卡通", amount_fen=100_000, proofs=(ready_photo(),))
        measure_deliver(viewer=cast.medical, measure_id=measure.pk, version=1, delivery=delivery, at=LATER)
    with acting_as(SYSTEM):
        proof = Proof.objects.get(measure=measure)
    for viewer in (cast.medical, cast.civil, cast.sibling_officer, cast.neighbour):
        with acting_as(viewer), pytest.raises(MeasureNotFound):
            measure_confirm(viewer=viewer, measure_id=measure.pk, said=said, at=LATER)
    with acting_as(cast.officer):
        assert list(measures_to_confirm(cast.officer)) == [Measure.objects.get(pk=measure.pk)]
        with pytest.raises(ConfirmationUnclear, match="缺了什么"):
            measure_confirm(viewer=cast.officer, measure_id=measure.pk, said=Said(False, "本人", DAY), at=LATER)
        with pytest.raises(ConfirmedTooEarly, match="早于落实日期"):
            early = Said(True, "本人", DAY - timedelta(days=1))
            measure_confirm(viewer=cast.officer, measure_id=measure.pk, said=early, at=LATER)
        short = Said(False, "本人", DAY, note="少了 200 元")
        measure_confirm(viewer=cast.officer, measure_id=measure.pk, said=short, at=LATER)
        assert not measures_to_confirm(cast.officer).exists()
    text = sign_in(client, cast.county).get(reverse("assistance:plan", args=[walk.case_id])).content.decode()
    assert "没收到，少了 200 元" in text
    shown = client.get(reverse("assistance:proof", args=[proof.pk]))
    assert shown.status_code == 200 and shown.headers["Content-Type"].startswith("image/")
    address = reverse("assistance:confirm", args=[measure.pk])
    sign_in(client, cast.officer)
    assert "少了 200 元" in client.get(address).content.decode()
    asked = client.post(address, {"is_received": "no", "told_by": "本人", "on": "2099-01-01", "note": ""})
    assert asked.status_code == 422 and "没收到的，请写缺了什么" in asked.content.decode()
    client.post(address, {"is_received": "yes", "told_by": "本人", "on": str(DAY), "note": "", "receipt": ""})
    text = client.get(reverse("assistance:plan", args=[walk.case_id])).content.decode()
    assert "本人：收到了（当面问的）" in text


def test_the_desk_and_the_plan_lead_from_one_to_the_other(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    sign_in(client, cast.county)
    desk = reverse("assistance:desk")
    plan = reverse("assistance:plan", args=[walk.case_id])
    assert "等安排措施的案件（1）" in client.get(desk).content.decode()
    page = client.get(f"{plan}?offer=temporary_relief&risk=ILLNESS").content.decode()
    assert (
        "因病：政策里有什么" in page
        and 'value="temporary_relief" selected' in page
        and 'value="ILLNESS" selected' in page
    )
    body = {
        "version": "1", "offer": "temporary_relief", "risk": "ILLNESS", "kind": "SAFETY_NET", "summary": "临时救助",
        "provider": str(cast.civil.organisation_id), "outside_name": "", "person": "", "amount": "12000",
        "responsible": "", "due_on": "2020-07-01",
    }  # fmt: skip
    refused = client.post(plan, body)
    assert refused.status_code == 422 and "一户一年最多 10,000.00 元" in refused.content.decode()
    assert client.post(plan, {**body, "amount": "8000"}).status_code == 302
    text = client.get(desk).content.decode()
    assert "等安排措施的案件（0）" in text and "逾期没有落实（1）" in text
    text = client.get(f"{desk}?part=late").content.decode()
    assert "综合保障：临时救助" in text and "等安排措施的案件" not in text
    sign_in(client, cast.neighbour)
    assert "逾期没有落实（0）" in client.get(desk).content.decode()
