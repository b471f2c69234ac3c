"""一户一档: now, facts, help divided by whose money it is, one column of time; departments only through a live task."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import Walk, case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, income_make, spending_make, status_make

from shouwang.audit.models import Entry as LogEntry
from shouwang.funds.services import Benefit, grant_record
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.models import TaskGrant
from shouwang.register.models import Person
from shouwang.register.services import person_move


def file(client: Client, viewer: Viewer, household_id: int, *, status: int = 200) -> str:
    response = sign_in(client, viewer).get(reverse("desks:household", args=[household_id]))
    assert response.status_code == status
    return response.content.decode()


def section(text: str, name: str) -> str:
    """The part of a page under a heading's id."""
    found = re.search(rf'<section[^>]*aria-labelledby="{name}".*?</section>', text, re.S)
    assert found, name
    return re.sub(r"<[^>]+>", " ", found[0])


def grant(cast: Cast, household_id: int, *, standing: str, amount_fen: int, unit: str = "ONCE", payer: str) -> None:
    with acting_as(cast.county):
        grant_record(
            viewer=cast.county, slot=cast.slot, household_id=household_id, source_ref=f"test:{standing}:{amount_fen}",
            at=timezone.now(), benefit=Benefit(
                payer_name=payer, payer_organisation_id=None, purpose="救助", amount_fen=amount_fen, unit=unit,
                standing=standing, from_date=date(2020, 1, 10),
            ),
        )  # fmt: skip


@pytest.fixture
def walk(cast: Cast) -> Walk:
    return case_make(cast, upto="dispatch", at=timezone.now() - timedelta(days=3))


def test_now_says_lamp_next_step_and_who_has_it(client: Client, cast: Cast, walk: Walk) -> None:
    now = section(file(client, cast.officer, walk.case.household_id), "now")
    assert "处理中" in now and "因病" in now
    assert "分送核查" in now and "由 县级防贫中心" in re.sub(r"由\s*", "由 ", now)
    county = file(client, cast.county, walk.case.household_id)
    assert reverse("casework:dispatch", args=[walk.case_id]) in county
    assert reverse("casework:dispatch", args=[walk.case_id]) not in file(client, cast.officer, walk.case.household_id)


def test_the_officer_may_report_and_who_only_looks_on_may_not(client: Client, cast: Cast, walk: Walk) -> None:
    report = reverse("sources:report_household", args=[walk.case.household_id])
    for name, may in (("officer", True), ("township", True), ("county", True), ("leader", False), ("city", False)):
        assert (report in file(client, getattr(cast, name), walk.case.household_id)) is may, name


def test_facts_stand_with_source_window_and_what_is_unknown(client: Client, cast: Cast) -> None:
    home = household_make(cast.slot, members=[("吴红印", "SPOUSE")], poverty_status="NEVER", is_low_income=True)
    for month in range(1, 13):
        income_make(home, date(timezone.localdate().year - 1, month, 1), 100_000)
    spending_make(home, date(2020, 5, 1), gross_fen=10_000_000, self_paid_fen=8_573_087, detail="胃癌")
    status_make(home, "DIBAO", date(2020, 1, 1))
    text = file(client, cast.county, home.pk)
    income = section(text, "income")
    assert re.search(r"\d{4}-\d\d 至 \d{4}-\d\d", income) and "按 2 口人算" in income
    assert "没有数据： 生产经营性收入" in income or "没有数据：生产经营性收入" in income
    facts = section(text, "facts")
    assert "非贫困低收入户" in facts and "低保" in facts and "还没有登记：" in facts
    assert "100,000.00" in section(text, "spending") and "85,730.87" in section(text, "spending")
    assert "吴红印" in section(text, "members") and "130598" in section(text, "members")


def test_money_of_ours_and_money_of_others_is_never_added_up(client: Client, cast: Cast, walk: Walk) -> None:
    home = walk.case.household_id
    grant(cast, home, standing="REPORTED", amount_fen=1_426_913, payer="医保局")
    grant(cast, home, standing="REPORTED", amount_fen=23_500, unit="MONTHLY", payer="民政局")
    grant(cast, home, standing="PAID_BY_US", amount_fen=500_000, payer="县级防贫中心")
    money = section(file(client, cast.leader, home), "money")
    ours, others = money.split("其他单位发放", 1)
    assert "一次性合计 5,000.00 元" in ours and "14,269.13" not in ours
    assert "一次性合计 14,269.13 元；每月 235.00 元" in others
    assert "19,269.13" not in money


def test_one_column_of_time_holds_what_every_room_knows(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="closed", at=timezone.now() - timedelta(days=30))
    spending_make(walk_home(walk), date(2020, 5, 1), gross_fen=10_000_000, detail="胃癌")
    grant(cast, walk.case.household_id, standing="REPORTED", amount_fen=1_426_913, payer="医保局")
    text = section(file(client, cast.county, walk.case.household_id), "timeline")
    told = ("结案", "回访", "救助", "领导小组会商：同意救助", "核查反馈", "送核查", "预警员上报：因病", "因病支出",
            "其他单位发放：医保局", "登记入户：张胜坤")  # fmt: skip
    for word in told:
        assert word in text, word
    days = re.findall(
        r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?(?=\s+\S*\s*(?:天前|昨天|刚刚|小时前|分钟前|个月前|年前|约))", text
    )
    assert [day[:10] for day in days] == sorted((day[:10] for day in days), reverse=True)
    assert "大寨村防贫工作站 吴同科" in text


def walk_home(walk: Walk):  # type: ignore[no-untyped-def]
    from shouwang.register.models import Household

    with acting_as(SYSTEM):
        return Household.objects.get(pk=walk.case.household_id)


def test_a_rejection_shows_blue_and_what_the_household_was_told(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="review", at=timezone.now() - timedelta(hours=20))
    walk.review(conforms=False, told="自付部分没有达到救助标准，有新的费用随时告诉村预警员。")
    text = file(client, cast.officer, walk.case.household_id)
    assert "审核未通过" in section(text, "cases")
    assert "自付部分没有达到救助标准" in section(text, "cases")
    assert "没有在办的案件" in section(text, "now")


def test_a_department_sees_a_household_only_through_its_live_task(client: Client, cast: Cast, walk: Walk) -> None:
    home = walk.case.household_id
    file(client, cast.medical, home, status=404)
    walk.dispatch()
    text = file(client, cast.medical, home)
    assert "张胜坤" in text and "医保核查" in text
    assert "人均纯收入" not in text, "医保's task opens spending and health, no income"
    assert "经过" not in re.sub(r"<[^>]+>", "", text)
    file(client, cast.labour, home, status=404)
    file(client, cast.neighbour_medical, home, status=404)
    assert "低保、残疾等身份" not in text
    walk.answer(walk.tasks(key="check_medical")[0])
    file(client, cast.medical, home, status=404)


def test_an_expired_grant_closes_the_page(client: Client, cast: Cast, walk: Walk) -> None:
    walk.dispatch()
    file(client, cast.medical, walk.case.household_id)
    with acting_as(SYSTEM):
        TaskGrant.objects.update(until=timezone.now() - timedelta(seconds=1))
    file(client, cast.medical, walk.case.household_id, status=404)


def test_outside_the_area_there_is_no_page(client: Client, cast: Cast, walk: Walk) -> None:
    for name in ("neighbour", "sibling_officer", "sibling_township", "neighbour_officer"):
        file(client, getattr(cast, name), walk.case.household_id, status=404)
    file(client, cast.county, 9_999_999, status=404)


def test_reading_a_household_is_logged(client: Client, cast: Cast, walk: Walk) -> None:
    file(client, cast.leader, walk.case.household_id)
    with acting_as(SYSTEM):
        entry = LogEntry.objects.filter(action="household.read").latest("pk")
    assert entry.subject_id == walk.case.household_id


def test_the_file_asks_as_many_questions_of_the_database_however_long_the_story(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="closed", at=timezone.now() - timedelta(days=40))
    home = walk_home(walk)
    address = reverse("desks:household", args=[home.pk])

    def questions() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    sign_in(client, cast.county)
    few = questions()
    for number in range(3):
        case_make(cast, upto="closed", household_id=home.pk, at=timezone.now() - timedelta(days=30 - number * 5))
        spending_make(home, date(2020, 5, 1 + number), gross_fen=1_000_000)
        status_make(home, "TEMPORARY_AID", date(2020, 6, 1 + number))
        grant(cast, home.pk, standing="REPORTED", amount_fen=100 + number, payer="民政局")
    assert questions() == few <= 60


def test_the_file_of_who_stayed_is_read_when_somebody_moved_out_of_sight(client: Client, cast: Cast) -> None:
    home = household_make(cast.slot, members=[("张小", "CHILD")])
    with acting_as(SYSTEM):
        child = Person.objects.get(name="张小", memberships__household_id=home.pk)
    with acting_as(cast.county):
        person_move(
            viewer=cast.county, person_id=child.pk, version=child.version, on=timezone.localdate(), at=timezone.now(),
            to_slot=cast.neighbour_slot,
        )  # fmt: skip
    for viewer, name in (
        (cast.county, "（已迁出本辖区的人）"),
        (cast.officer, "（已迁出本辖区的人）"),
        (cast.city, "张小"),
    ):
        told = section(file(client, viewer, home.pk), "timeline")
        assert "登记入户：张胜坤" in told and f"离户：{name}" in told, viewer
