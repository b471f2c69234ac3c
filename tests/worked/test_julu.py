"""Worked case 3, 张胜坤 of 巨鹿: two misfortunes of one household, told by its officer, both end green."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.casework import workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.worked.way import Way, feed_imported, member, noon, register_imported, statement_of, way_of

from shouwang.assistance.services import Plan
from shouwang.casework.models import CaseEvent
from shouwang.casework.services import case_decide, clue_take
from shouwang.evaluation.selectors import visits_of_household
from shouwang.funds.models import Grant
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Membership
from shouwang.register.selectors import household_file
from shouwang.sources.models import Clue

pytestmark = pytest.mark.django_db(transaction=True)
HEAD, SPOUSE = "张胜坤", "吴红印"


def told_by_phone(cast: Cast, home: int, at: datetime, **said: object) -> Way:
    """The officer 吴同科 fills the form in on his phone; the case it opens waits at the township's platform."""
    now = timezone.now().isoformat()
    form = {"key": f"phone-{home}-{at:%Y%m%d}-0001", "household_id": home, "known_at": now, "written_at": now, **said}
    phone = sign_in(Client(), cast.officer)
    answer = phone.post("/api/phone/reports", json.dumps({"device_now": now, "reports": [form]}), "application/json")
    (result,) = answer.json()["results"]
    assert result["state"] == "accepted", result
    clue_take(clue_id=result["clue_id"], at=at)
    with acting_as(SYSTEM):
        assert Clue.objects.get(pk=result["clue_id"]).channel == "OFFICER"
    way = way_of(cast, home, at=at)
    assert (way.case.act, way.lamp(at.date())) == ("check", "YELLOW")
    way.pass_on()
    assert way.case.act == "dispatch", "the township passed it on to the county"
    return way


def decided(way: Way) -> Way:
    """Verified all round, then the leading group decides."""
    way.review()
    assert way.case.act == "decide"
    with acting_as(way.cast.leader):
        case_decide(viewer=way.cast.leader, case_id=way.case_id, version=way.version, approve=True,
                    clause="巨鹿县预警和管理：领导小组会商", reason="符合条件", at=way.at)  # fmt: skip
    return way


@pytest.mark.worked_case(3)
def test_both_misfortunes_of_one_household_end_green_after_a_visit(real_cast: Cast) -> None:
    cast = real_cast
    workflow_ready(cast, "julu")
    rows = [
        member(cast, "H1", "户主", HEAD, sex="F", 户类型="一般农户", 是否非贫困低收入户="是", 工资性收入=9_000),
        member(cast, "H1", "配偶", SPOUSE, 户类型="一般农户"),
    ]
    home = register_imported(cast, rows, on=date(2019, 11, 30))["H1"]
    with acting_as(SYSTEM):
        spouse = Membership.objects.get(household_id=home, relationship="SPOUSE").person_id
    first = stomach_cancer(cast, home, spouse, str(rows[1]["证件号码"]))
    second = no_income_left(cast, home, rows)
    assert first.case_id != second.case_id
    assert (first.lamp(), second.lamp()) == ("GREEN", "GREEN")
    with acting_as(SYSTEM):
        told = [(visit.way, visit.outcomes, visit.is_risk_gone) for visit in visits_of_household(SYSTEM, home)]
        benefits = Grant.objects.filter(household_id=home).order_by("pk")
        money = [(one.payer_name, one.amount_fen, one.unit, one.standing) for one in benefits]
    assert told == [("ON_SITE", {"EMPLOYMENT": "SOLVED"}, True), ("PHONE", {"ILLNESS": "SOLVED"}, True)]
    assert money == [
        (cast.medical.organisation_name, 14_269_13, "ONCE", "REPORTED"),
        (cast.civil.organisation_name, 235_00, "MONTHLY", "REPORTED"),
        (cast.labour.organisation_name, 60_00, "DAILY", "REPORTED"),
    ], "what other bodies pay is reported, never ours"
    text = statement_of(cast, second.case_id)
    for amount in ("14,269.13", "235.00", "60.00"):
        assert amount in text, amount
    assert cast.medical.organisation_name in text and cast.labour.organisation_name in text


def stomach_cancer(cast: Cast, home: int, spouse: int, number: str) -> Way:
    """Event 1: about 100,000 yuan; 医保局 pays 14,269.13, 民政局 grants 235 a month."""
    at = noon(date(2019, 12, 18))
    way = told_by_phone(
        cast, home, at, person_id=spouse, cause="ILLNESS", occurred_on="2019-12-10",
        summary="爱人患胃癌多次住院，治疗费近十万元", gross_fen=100_000_00,
    )  # fmt: skip
    feed_imported(
        cast.medical, "inpatient",
        [{"姓名": SPOUSE, "身份证号码": number, "医疗费总额（元）": 99_860.50, "基金支付总额（元）": 55_000,
          "个人支付金额（元）": 44_860.50, "病种名称": "胃癌", "就医结束时间": date(2019, 12, 10)}],
        on=date(2019, 12, 19),
    )  # fmt: skip
    way.tasks_sent("check_medical", "check_civil", "check_township", "check_insurer")
    for task in way.tasks(state="OPEN"):
        figures = {"check_medical": {"gross_fen": 99_860_50, "aid_fen": 14_269_13}}.get(task.key, {})
        way.answer(task, meets=task.key != "check_insurer", figures=figures)
    decided(way)
    assert way.lamp(date(2019, 12, 19)) == "RED"
    medical = way.plan(Plan("HEALTH", "医疗救助", cast.medical.organisation_id, person_id=spouse, risk="ILLNESS"))
    civil = way.plan(Plan("SAFETY_NET", "纳入农村低保", cast.civil.organisation_id, risk="ILLNESS"))
    way.deliver(cast.medical, medical, "救助金已打入一卡通", 14_269_13)
    way.deliver(cast.civil, civil, "已纳入低保，按月发放", 235_00, "MONTHLY")
    way.helped().visited(HEAD, "医保报了 14269.13 元，低保每月 235 元")
    assert (way.case.outcome, way.lamp()) == ("HELPED", "GREEN")
    return way


def no_income_left(cast: Cast, home: int, rows: list[dict[str, object]]) -> Way:
    """Event 2, 2020: nothing but the 235 a month; 人社局 trains and places her, 60 yuan a day."""
    on = date(2020, 6, 20)
    now = {"工资性收入": 0, "转移性收入": 235 * 12, "享受低保政策情况": "是"}
    register_imported(cast, [{**rows[0], **now}, rows[1]], on=on)
    with acting_as(cast.county):
        net = household_file(cast.county, home, on).net
    assert net.net_fen == 235_00 * 12, "no income left but the 235 a month"
    way = told_by_phone(
        cast, home, noon(on), cause="EMPLOYMENT", occurred_on="2020-06-15",
        summary="受疫情影响不能务工，除低保金外没有任何收入", income_drop_fen=9_000_00,
    )  # fmt: skip
    way.tasks_sent("check_labour", "check_civil", "check_township")
    for task in way.tasks(state="OPEN"):
        way.answer(task, meets=task.key != "check_civil")
    decided(way)
    labour = way.plan(
        Plan("EMPLOYMENT", "培训操作技能，推荐到附近加工厂", cast.labour.organisation_id, risk="EMPLOYMENT")
    )
    way.deliver(cast.labour, labour, "培训 7 天后到加工厂上班", 60_00, "DAILY")
    way.helped().visited(HEAD, "每天 60 元，一个月近 2000 元，开支够了", way="ON_SITE")
    with acting_as(SYSTEM):
        way_told = list(CaseEvent.objects.filter(case_id=way.case_id).order_by("pk").values_list("text", flat=True))
    assert any("吴同科" in str(text) or "预警员" in text for text in way_told), way_told
    return way
