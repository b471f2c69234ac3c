"""Worked cases 2 and 5, both of 魏县: one pool for eighty thousand heads whom nobody names, two households it paid."""

from __future__ import annotations

from datetime import date

import pytest
from tests.factories.casework import workflow_ready
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
from shouwang.insurance import errors, services
from shouwang.insurance.models import Claim, Pool
from shouwang.insurance.selectors import pools_adding_to
from shouwang.insurance.services import Item, Opening, pool_ledger_fen
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import HouseholdState

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])
TERM = date(2018, 10, 1)
STAY = {"医疗费总额（元）": 104_000, "基金支付总额（元）": 86_000, "个人支付金额（元）": 18_000, "病种名称": "白血病",
        "就医开始时间": date(2018, 11, 20), "就医结束时间": date(2018, 12, 20)}  # fmt: skip


@pytest.fixture
def weixian(transactional_db: None) -> Cast:
    cast = county_build(130434, town=130434100, village="连才曲村", neighbour=130435)
    workflow_ready(cast, "weixian", valid_from=date(2017, 10, 1))
    return cast


def pool_opened(cast: Cast, key: str, first: date, until: date | None = None) -> Pool:
    """The county opens a term with its insurer and pays the whole premium in out of its budget."""
    viewer, insurer = cast.county, cast.insurer.organisation_id or 0
    with acting_as(viewer):
        pool = services.pool_open(
            viewer=viewer, opening=Opening(key, first, until, insurer, "魏招 1 号"), at=noon(first)
        )
        services.pool_pay_in(
            viewer=viewer, pool_id=pool.pk, version=pool.version, move="PREMIUM", amount_fen=pool.fund_fen, on=first,
            note="县财政拨款", at=noon(first), with_budget=True,
        )  # fmt: skip
        return Pool.objects.get(pk=pool.pk)


@pytest.mark.worked_case(2)
@pytest.mark.worked_case(5)
def test_the_pool_of_weixian_pays_two_households_that_no_policy_named(weixian: Cast) -> None:
    cast = weixian
    fund = pool_opened(cast, "fund", TERM)
    assert (fund.heads, fund.premium_fen, fund.fund_fen) == (80_000, 50_00, 50_00 * 80_000)
    assert (fund.fund_fen, fund.until_date, fund.balance_fen) == (4_000_000_00, date(2019, 10, 1), 4_000_000_00)
    with pytest.raises(errors.TooMuchPaidIn, match="还差 0"), acting_as(cast.county):
        services.pool_pay_in(viewer=cast.county, pool_id=fund.pk, version=fund.version, move="PREMIUM", amount_fen=1,
                             on=TERM, note="多拨", at=noon(TERM), with_budget=True)  # fmt: skip
    for other in (cast.neighbour, cast.medical, cast.officer):
        with acting_as(other):
            assert not Pool.objects.exists()
    chen_taotao(cast, fund)
    lian_lanfeng(cast, fund)
    supplement_of_2020(cast, fund)


def chen_taotao(cast: Cast, fund: Pool) -> None:
    """2018: 104,000 in all, 18,000 of it one's own, half of that paid; the income is just within 1.5 × the line."""
    on, line = date(2018, 12, 31), 3_335
    within = 1.5 * line * 4  # four people, each at 1.5 × the line of the year before
    rows = []
    for number, name, income in (("H1", "陈涛涛", within), ("H2", "陈邻居", within + 0.04)):
        rows.append(member(cast, number, "户主", name, 户类型="一般农户", 工资性收入=income))
        rows += [member(cast, number, kin, f"{name}{kin}") for kin in ("配偶", "子女", "父母")]
    homes = register_imported(cast, rows, on=on)
    feed_imported(
        cast.medical, "inpatient",
        [{"姓名": row["姓名"], "身份证号码": row["证件号码"], **STAY} for row in rows if row["与户主关系"] == "户主"],
        on=on,
    )  # fmt: skip
    # The procedures of the pack begin on 1 January 2019: what December warns of becomes a case then.
    begun = date(2019, 1, 2)
    run = screened(cast, on=on, taken=begun)
    assert warned(run) == {homes["H1"]: [("illness", "LOW_INCOME", "ILLNESS")]}, "one fen a head more is over the line"
    way = way_of(cast, homes["H1"], at=noon(begun))
    assert (way.lamp(on), way.lamp(begun)) == ("YELLOW", "RED")
    way.tasks_sent("check_medical", "check_township", "check_insurer")
    found = way.claim("ILLNESS", date(2018, 12, 20), "住院治疗", person_name="陈涛涛")
    assert (found.claim.type_key, found.claim.type_source, found.claim.pool_id) == ("LOW_INCOME", "WARNING", fund.pk)
    way.answer_all().review()
    way.go_on(found)
    assert way.lamp(date(2019, 1, 10)) == "RED"
    found.step("claim_assess", cast.insurer, items=[Item("住院费用", 104_000_00, 104_000_00, 104_000_00)],
               offsets={"MEDICAL": 86_000_00})  # fmt: skip
    found.propose()
    decided = found.decide()
    assert (decided.loss_fen, decided.amount_fen, decided.due_fen) == (104_000_00, 9_000_00, 9_000_00)
    with acting_as(SYSTEM):
        steps = [step["text"] for step in decided.computations.get().steps]
    assert steps == [
        "核定损失 104,000.00 元",
        "先扣除医保报销 86,000.00 元，剩 18,000.00 元",
        "自己负担 18,000.00 元，达到起赔线 10,000.00 元",
        "0.00 元以上的部分 18,000.00 元 × 50% = 9,000.00 元",
    ]
    found.request()
    assert found.pay().state == "PAID"
    assert way.helped().visited("陈涛涛", "赔款 9,000 元收到了，医药费还清了").lamp() == "GREEN"
    text = statement_of(cast, way.case_id)
    assert "陈涛涛" in text and "9,000.00 元" in text and cast.insurer.organisation_name in text


def lian_lanfeng(cast: Cast, fund: Pool) -> None:
    """2019: one of five, hurt while working away, a leg lost; an accident counts as the covered cause 因灾."""
    on, happened = date(2019, 6, 30), date(2019, 5, 10)
    rows = [
        member(cast, "H3", "户主", "连兰峰", 户类型="一般农户", 工资性收入=20_000),
        member(cast, "H3", "配偶", "李贝贝", sex="F"),
        *(member(cast, "H3", "子女", name, born=date(2008, 1, 1)) for name in ("连一", "连二", "连三")),
    ]
    homes = register_imported(cast, rows, on=on)
    home = homes["H3"]
    with acting_as(SYSTEM):
        state = HouseholdState.objects.get(household_id=home)
        assert (state.watch_type, state.is_low_income, Claim.objects.filter(household_id=home).count()) == (
            None, None, 0,
        ), "no list and no policy named them"  # fmt: skip
    who = {"姓名": "连兰峰", "身份证号码": rows[0]["证件号码"]}
    feed_imported(
        cast.medical, "inpatient",
        [{**who, "医疗类别名称": "意外外伤", "医疗费总额（元）": 160_000, "基金支付总额（元）": 50_000,
          "个人支付金额（元）": 110_000, "病种名称": "右腿截肢", "就医结束时间": date(2019, 6, 10)}], on=on,
    )  # fmt: skip
    run = screened(cast, on=on)
    assert warned(run) == {
        home: [("disaster", "LOW_INCOME", "DISASTER")],
        homes["H2"]: [("illness", "LOW_INCOME", "ILLNESS")],  # the line rose, and with it who is within it
    }  # fmt: skip
    way = way_of(cast, home, at=noon(on))
    way.tasks_sent("check_medical", "check_township", "check_insurer")
    found = way.claim("DISASTER", happened, "外出务工遭遇意外，右腿截肢", person_name="连兰峰")
    way.answer_all().review()
    way.go_on(found)
    assert (found.claim.type_key, found.claim.type_source, found.claim.pool_id) == ("LOW_INCOME", "WARNING", fund.pk)
    found.step("claim_assess", cast.insurer, items=[Item("手术、假肢", 160_000_00, 160_000_00, 160_000_00)],
               offsets={"MEDICAL": 50_000_00})  # fmt: skip
    found.propose()
    assert found.decide().amount_fen == 56_000_00 > 50_000_00
    found.request()
    assert found.pay().state == "PAID"
    assert way.helped().visited("李贝贝", "没投过保也领到了防贫保险金，难题解决了").lamp() == "GREEN"
    text = statement_of(cast, way.case_id)
    assert "连兰峰" in text and "56,000.00 元" in text and "陈涛涛" not in text
    with acting_as(SYSTEM):
        assert Grant.objects.get(household_id=home).standing == "REPORTED"


def supplement_of_2020(cast: Cast, fund: Pool) -> None:
    """What is left rolls over; in March 2020 come 2.9 million for named industries and for workers away."""
    following = pool_opened(cast, "fund", date(2019, 10, 1))
    left = 4_000_000_00 - 9_000_00 - 56_000_00
    with acting_as(cast.county):
        fund.refresh_from_db()
        assert (fund.balance_fen, pool_ledger_fen(cast.county, fund)) == (left, left)
        services.pool_carry(
            viewer=cast.county, pool_id=fund.pk, version=fund.version, on=date(2019, 10, 1), at=noon(date(2019, 10, 8))
        )
    supplement = pool_opened(cast, "supplement", date(2020, 3, 1), date(2021, 3, 1))
    assert (supplement.fund_fen, supplement.insures) == (2_900_000_00, ["特定产业项目", "务工人员"])
    with acting_as(cast.county):
        assert [pool.pk for pool in pools_adding_to(following)] == [supplement.pk]
        assert pool_ledger_fen(cast.county, fund) == 0
        assert pool_ledger_fen(cast.county, following) == left + 4_000_000_00
        assert pool_ledger_fen(cast.county, supplement) == 2_900_000_00
    with acting_as(SYSTEM):
        rows = Account.objects.exclude(balance_fen=0).values_list("stage", "purpose", "balance_fen")
        sums: dict[tuple[str, str], int] = {}
        for stage, purpose, fen in rows:
            sums[stage, purpose] = sums.get((stage, purpose), 0) + fen
    assert sums == {
        ("ORIGIN", "防贫保险金"): -2 * 4_000_000_00, ("ORIGIN", "防贫补充方案"): -2_900_000_00,
        ("POOL", "防贫保险金"): left + 4_000_000_00, ("POOL", "防贫补充方案"): 2_900_000_00,
        ("PAID", "防贫保险金"): 65_000_00,
    }  # fmt: skip
