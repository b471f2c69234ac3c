"""The page of a run says what it followed, whom something touched, what it could not know and what it held."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.cast import Cast, sign_in
from tests.factories.standards import policy_adopt
from tests.screening.days import illness, low_income, ran, run_of, warnings_open
from tests.screening.test_storms import lowered

from shouwang.people.access import SYSTEM, acting_as
from shouwang.screening.models import Run

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])

ON = date(2020, 6, 29)
NEXT = date(2020, 6, 30)


@pytest.fixture(autouse=True)
def snapshots(tmp_path: Path, settings: object) -> Iterator[None]:
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"  # type: ignore[attr-defined]
    yield
    shutil.rmtree(tmp_path / "snapshots", ignore_errors=True)


def page(client: Client, run: Run) -> str:
    return client.get(reverse("screening:run", args=[run.pk])).content.decode()


def test_a_run_tells_what_it_followed_and_which_data_was_late(client: Client, real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    illness(low_income(real_cast.slot), 2_000_000, date(2020, 5, 10))
    calm = low_income(real_cast.slot, head="丙")
    first, second = ran(real_cast, ON), ran(real_cast, NEXT)
    sign_in(client, real_cast.county)
    assert "这个辖区第一次筛查，没有上一次可接。" in page(client, first)
    text = page(client, second)
    assert f'<a href="{reverse("screening:run", args=[first.pk])}">截至 2020-06-29 的筛查</a>' in text
    assert "2 户没有变动" in text
    assert "1 条以前提出的预警仍然成立" in text
    assert "没有新预警，但部门数据不全" in text
    assert "医保" in text
    file = client.get(reverse("desks:household", args=[calm.pk])).content.decode()
    assert "截至 2020-06-30 的筛查没有预警，但下面的数据没有到或已过期" in file
    assert second.stale_feeds[0] in file
    sign_in(client, real_cast.officer)
    assert second.stale_feeds[0] in client.get(reverse("desks:household", args=[calm.pk])).content.decode()


def test_a_check_that_differs_names_the_households(client: Client, real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    household = low_income(real_cast.slot)
    ran(real_cast, ON)
    run = ran(real_cast, NEXT)
    with acting_as(SYSTEM):
        Run.objects.filter(pk=run.pk).update(compared={"households": 1, "ids": [household.pk]})
    text = page(sign_in(client, real_cast.county), run)
    assert "有 1 户和接着上一次算的结果不同" in text
    assert f'<a href="{reverse("desks:household", args=[household.pk])}">张胜坤</a>' in text


def test_a_storm_is_settled_on_the_page_of_its_run(client: Client, real_cast: Cast, tmp_path: Path) -> None:
    run, made = lowered(real_cast, tmp_path / "packs", between=3)
    sign_in(client, real_cast.leader)
    assert "全部放行" not in page(client, run), "the leading group reads"
    sign_in(client, real_cast.county)
    for url in (reverse("screening:list"), reverse("screening:held")):
        assert run.storm_reason in client.get(url).content.decode()
    text = page(client, run)
    assert "压住 3 条预警，等人放行" in text
    address = reverse("screening:settle_storm", args=[run.pk])
    refused = client.post(address, {"act": "release", "reason": ""})
    assert "请写明核实到的情况" in refused.content.decode()
    assert len([warning for warning in warnings_open() if warning.is_held]) == len(made) - 1
    client.post(address, {"act": "release", "reason": "县里定的新标准"})
    assert not warnings_open() or not any(warning.is_held for warning in warnings_open())
    assert "压住过 3 条预警，已处理完" in page(client, run_of(run.pk))
