"""The pages of standards: what is in force, proposing, adopting."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from tests.factories.cast import Cast, sign_in
from tests.factories.standards import policy_adopt

from shouwang.people.access import Viewer
from shouwang.standards.models import Adoption

pytestmark = pytest.mark.django_db(transaction=True)


def client(viewer: Viewer) -> Client:
    return sign_in(Client(), viewer)


def test_the_version_page_states_every_value_with_its_source(real_cast: Cast) -> None:
    version = policy_adopt(real_cast.places.county, "xingtai")
    html = client(real_cast.county).get(f"/standards/versions/{version.pk}/?on=2020-06-01").content.decode()
    assert "监测倍数" in html
    assert "1.5" in html
    assert "人均纯收入" in html
    assert "3,747.00" in html or "4,000.00" in html
    assert "演示数据" in html
    assert "构建“114”防贫防返贫保障网" in html


def test_a_day_before_the_packs_begin_says_that_there_is_nothing(real_cast: Cast) -> None:
    version = policy_adopt(real_cast.places.county, "xingtai")
    page = client(real_cast.county).get(f"/standards/versions/{version.pk}/?on=x")
    assert page.status_code == 200


def test_one_proposes_on_a_page_and_another_adopts(real_cast: Cast) -> None:
    version = policy_adopt(real_cast.places.city, "xingtai")
    county = client(real_cast.county)
    empty = county.post("/standards/propose/", {})
    assert empty.status_code == 422
    sent = county.post(
        "/standards/propose/",
        {
            "version": version.pk,
            "area": real_cast.places.county.pk,
            "valid_from": "2020-07-01",
            "document": "巨防贫〔2020〕3号",
        },
    )
    assert sent.status_code == 302
    proposal = Adoption.objects.get(document="巨防贫〔2020〕3号")
    assert "等待批准" in county.get("/standards/").content.decode()
    assert county.post(f"/standards/{proposal.pk}/adopt/").status_code == 404
    leader = client(real_cast.leader)
    assert "批准选用" in leader.get("/standards/").content.decode()
    assert leader.post(f"/standards/{proposal.pk}/adopt/").status_code == 302
    proposal.refresh_from_db()
    assert proposal.adopted_at is not None
    assert proposal.valid_from == date(2020, 7, 1)


def test_departments_officers_and_the_neighbour_are_refused(real_cast: Cast) -> None:
    version = policy_adopt(real_cast.places.county, "xingtai")
    for viewer in (real_cast.medical, real_cast.insurer, real_cast.officer):
        assert client(viewer).get("/standards/").status_code == 404
    neighbour = client(real_cast.neighbour)
    assert version.name not in neighbour.get("/standards/").content.decode().split("已载入的版本")[0]
