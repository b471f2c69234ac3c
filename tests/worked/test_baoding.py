"""Worked case 4, 任会文 of 涞源: planting, wages and the village's dividends; the two-source rule holds for him."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.casework import workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.worked.way import (
    county_build,
    member,
    noon,
    register_imported,
    screened,
    statement_of,
    warned,
    way_of,
)

from shouwang.assistance.selectors.sevens import homes_shown, sevens_in
from shouwang.assistance.services import Plan
from shouwang.people.access import acting_as
from shouwang.register.selectors import household_file

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])
ON = date(2020, 1, 15)


@pytest.fixture
def laiyuan(transactional_db: None) -> Cast:
    cast = county_build(130630, town=130630206, village="西团堡村", neighbour=130631)
    workflow_ready(cast, "baoding", valid_from=date(2020, 1, 1))
    return cast


@pytest.mark.worked_case(4)
def test_planting_wages_and_dividends_are_two_sources_and_policy_income_is_none(laiyuan: Cast) -> None:
    cast, county = laiyuan, laiyuan.county
    born = {"born": date(1953, 3, 1)}
    ren = member(cast, "H1", "户主", "任会文", **born, 户类型="脱贫户", 生产经营性收入=4_200, 工资性收入=4_800,
                 财产性收入=1_350, 劳动技能="弱劳动力或半劳动力")  # fmt: skip
    # The neighbour has as much, all but a wage from the state: policy income is no source.
    bare = member(cast, "H2", "户主", "任邻居", **born, 户类型="脱贫户", 工资性收入=4_800, 转移性收入=5_550,
                  劳动技能="弱劳动力或半劳动力")  # fmt: skip
    homes = register_imported(cast, [ren, bare], on=ON)
    with acting_as(county):
        file = household_file(county, homes["H1"], ON)
        assert file.net.net_fen == 10_350_00 > 10_000_00
        found = sevens_in(county, lo=cast.places.county.lo, hi=cast.places.county.hi, on=ON)
        assert (found.standings[homes["H1"]].sources, found.standings[homes["H1"]].has_sources) == (3, True)
        assert (found.standings[homes["H2"]].sources, found.standings[homes["H2"]].has_sources) == (1, False)
        assert [home.id for home in homes_shown(found, "sources")] == [homes["H2"]]
    run = screened(cast, on=ON)
    assert warned(run) == {homes["H2"]: [("few_sources", "EXITED", "INDUSTRY")]}
    text = sign_in(Client(), cast.township).get(reverse("assistance:household_sevens", args=[homes["H1"]]))
    assert "任会文" in text.content.decode()

    # The neighbour is brought into the same chain: dividends of the village besides the wage, and the rule holds.
    way = way_of(cast, homes["H2"], at=noon(ON))
    way.tasks_sent("check_township").answer_all().review()
    share = way.plan(Plan("INDUSTRY", "村集体养鸡和光伏分红", outside_name="西团堡村集体", risk="INDUSTRY"))
    way.deliver(county, share, "第一次分红已发", 1_350_00)
    way.helped().visited("任邻居", "分红 1350 元收到了，平时还在公益岗位上班")
    assert way.lamp() == "GREEN"
    later = date(2020, 2, 20)
    register_imported(cast, [ren, {**bare, "财产性收入": 1_350}], on=later)
    with acting_as(county):
        found = sevens_in(county, lo=cast.places.county.lo, hi=cast.places.county.hi, on=later)
        assert not homes_shown(found, "sources")
    assert warned(screened(cast, on=later)) == {}
    told = statement_of(cast, way.case_id)
    assert "任邻居" in told and "1,350.00" in told and "西团堡村集体" in told
