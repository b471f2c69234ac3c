"""Worked case 1, 郑春 of 青龙: just out of poverty, his house gone and himself burned; ten thousand yuan at once."""

from __future__ import annotations

from datetime import date

import pytest
from tests.factories.casework import department_make, workflow_ready
from tests.factories.cast import Cast
from tests.worked.way import (
    county_build,
    feed_imported,
    member,
    noon,
    register_imported,
    screened,
    statement_of,
    warned,
    way_of,
)

from shouwang.funds.models import Account, Grant
from shouwang.insurance import services
from shouwang.insurance.models import Pool
from shouwang.insurance.services import Item, Opening
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import HouseholdState

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])
ON, HAPPENED = date(2019, 8, 1), date(2019, 7, 28)


@pytest.fixture
def qinglong(transactional_db: None) -> Cast:
    cast = county_build(130321, town=130321110, village="桲椤滩村", neighbour=130322)
    workflow_ready(cast, "qinglong")
    return cast


@pytest.mark.worked_case(1)
def test_who_is_watched_gets_ten_thousand_yuan_before_any_paper(qinglong: Cast) -> None:
    cast = qinglong
    insurer, county = cast.insurer, cast.county
    with acting_as(county):
        pool = services.pool_open(
            viewer=county, at=noon(date(2019, 1, 2)),
            opening=Opening("fund", date(2019, 1, 1), None, insurer.organisation_id or 0, "青财 1 号"),
        )  # fmt: skip
        assert pool.fund_fen == 2_500_000_00, "2.5 million a year with the insurer"
        services.pool_pay_in(
            viewer=county, pool_id=pool.pk, version=pool.version, move="PREMIUM", amount_fen=2_500_000_00,
            on=date(2019, 1, 2), note="县财政拨款", at=noon(date(2019, 1, 2)), with_budget=True,
        )  # fmt: skip
    # Verified at his exit: just below 1.3 × the line of this year (3,747). The neighbour lies on it: not watched.
    rows = []
    for number, name, verified in (("H1", "郑春", 14_613.29), ("H2", "郑邻居", 14_613.30)):
        shared = {"户类型": "脱贫户", "是否非持续稳定脱贫户": "是", "退出时核定纯收入": verified}
        rows.append(member(cast, number, "户主", name, **shared))
        rows += [member(cast, number, kin, f"{name}{kin}", **shared) for kin in ("配偶", "子女")]
    homes = register_imported(cast, rows, on=ON)
    home = homes["H1"]
    with acting_as(county):
        state = HouseholdState.objects.get(household_id=home)
        assert (state.poverty_status, state.is_exit_unstable, state.verified_income_fen) == ("EXITED", True, 1_461_329)
    heads = [{"姓名": row["姓名"], "身份证号": row["证件号码"]} for row in rows if row["与户主关系"] == "户主"]
    burned = {"事件类型": "液化气爆燃", "伤亡情况": "烧伤", "发生日期": HAPPENED}
    lost = {"房屋损坏程度": "倒塌", "受灾日期": HAPPENED}
    police = department_make(cast, "public_security", "公安局")
    feed_imported(police, "incident", [{**who, **burned} for who in heads], on=ON)
    emergency = department_make(cast, "emergency", "应急管理局")
    feed_imported(emergency, "disaster", [{**who, **lost} for who in heads], on=ON)

    run = screened(cast, on=ON)
    assert warned(run) == {home: [("emergency", "EXIT_UNSTABLE", "ACCIDENT")]}, "who is not watched is not warned of"
    way = way_of(cast, home, at=noon(ON))
    assert way.lamp() == "YELLOW"
    way.tasks_sent("check_township", "check_insurer")
    found = way.claim("ACCIDENT", HAPPENED, "液化气爆燃，房屋被毁、本人烧伤", person_name="郑春")
    assert (found.claim.type_key, found.claim.type_source) == ("EXIT_UNSTABLE", "WARNING")
    found.step("aid_decide", found.decider, reason="急难")
    found.step("aid_record", insurer, on=found.at.date())
    assert way.case.act == "answers", "the money came while others were still asked"
    with acting_as(SYSTEM):
        grant = Grant.objects.get()
        assert (grant.household_id, grant.amount_fen, grant.standing) == (home, 10_000_00, "REPORTED")
        assert grant.payer_name == insurer.organisation_name
        assert Pool.objects.get().balance_fen == 2_500_000_00 - 10_000_00
    way.answer_all().review()
    way.go_on(found)
    found.step("claim_assess", insurer, items=[Item("房屋", 38_000_00, 38_000_00, 38_000_00)], offsets={})
    found.propose()
    settled = found.decide()
    assert (settled.state, settled.amount_fen, settled.due_fen, settled.over_fen) == ("PAID", 10_000_00, 0, 0)
    assert way.helped().visited("郑春", "急难救助金收到了，房子在重建").lamp() == "GREEN"

    text = statement_of(cast, way.case_id)
    assert "郑春" in text and "10,000.00 元" in text and insurer.organisation_name in text
    with acting_as(SYSTEM):
        held = dict(Account.objects.exclude(balance_fen=0).values_list("stage", "balance_fen"))
    assert held == {"ORIGIN": -2_500_000_00, "POOL": 2_490_000_00, "PAID": 10_000_00}
