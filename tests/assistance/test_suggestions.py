"""The kind of measure is suggested by who provides it."""

from __future__ import annotations

from datetime import date

from django.test import Client
from django.urls import reverse
from tests.factories.casework import case_make
from tests.factories.cast import Cast, sign_in

from shouwang.assistance.models import Measure
from shouwang.assistance.rules import measure_suggested
from shouwang.people.access import SYSTEM, Kind, acting_as
from shouwang.rulebook import PackSource, packs_directory
from shouwang.rulebook.measures import offers_of
from shouwang.rulebook.policy import policy_resolve


def test_a_department_suggests_what_the_policy_says_it_gives_first() -> None:
    source = PackSource.from_directory(packs_directory())
    offers = [offer.value for offer in offers_of(policy_resolve(source, place="national", on=date(2020, 6, 30)))]

    def suggested(department: str, kind: Kind = Kind.DEPARTMENT) -> str:
        return measure_suggested(offers, kind=kind, department=department)

    assert (suggested("labour"), suggested("civil_affairs")) == ("EMPLOYMENT", "SAFETY_NET")
    assert measure_suggested(offers[::-1], kind=Kind.DEPARTMENT, department="labour") == "PUBLIC_POST"
    assert suggested("letters") == suggested("", Kind.TOWNSHIP) == suggested("labour", Kind.INSURER) == ""


def test_a_measure_left_open_is_the_providers_own(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    address = reverse("assistance:plan", args=[walk.case_id])
    text = sign_in(client, cast.county).get(address).content.decode()
    assert "巨鹿县医疗保障局（健康）" in text and "巨鹿县民政局（综合保障）" in text
    data = {"provider": cast.civil.organisation_id, "summary": "纳入低保", "kind": ""}
    assert client.post(address, data).status_code == 302
    data = {"provider": cast.civil.organisation_id, "summary": "邻里照料", "kind": "SOCIAL"}
    assert client.post(address, data).status_code == 302
    with acting_as(SYSTEM):
        assert list(Measure.objects.order_by("pk").values_list("kind", flat=True)) == ["SAFETY_NET", "SOCIAL"]


def test_who_suggests_nothing_must_be_told_the_kind(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="help")
    address = reverse("assistance:plan", args=[walk.case_id])
    for provider, outside in ((cast.insurer.organisation_id, ""), ("0", "某慈善会")):
        data = {"provider": provider, "outside_name": outside, "summary": "帮一把", "kind": ""}
        response = sign_in(client, cast.county).post(address, data)
        assert response.status_code == 422
        assert "请选一类" in response.content.decode()
