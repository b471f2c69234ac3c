"""Everyone's desk: three questions, numbers that are links to exactly their rows, a main action per kind."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import WAY, case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.people import appointment_make
from tests.factories.register import household_make
from tests.factories.sources import report_make

from shouwang.people.access import SYSTEM, Role, Viewer, acting_as
from shouwang.people.models import Organisation, User
from shouwang.register.models import (
    FactObjection,
    HouseholdState,
    Membership,
    RegisterFinding,
    RegistrationConflict,
)

NUMBER = re.compile(r'<a (?:class="sw-(?:stat|lamp-count)" )?href="([^"]+)">(.*?)</a>', re.S)
TOTAL = re.compile(r"共 ([\d,]+) 件")


def desk(client: Client, viewer: Viewer) -> str:
    response = sign_in(client, viewer).get(reverse("desks:desk"))
    assert response.status_code == 200
    return response.content.decode()


def numbers(text: str) -> list[tuple[str, int]]:
    """The address and number of every counter of a page."""
    found = []
    for href, inside in NUMBER.findall(text):
        number = re.search(r'(?:sw-stat-number">|<strong>)([\d,]+)', inside)
        if number:
            found.append((html.unescape(href), int(number[1].replace(",", ""))))
    return found


@pytest.fixture
def county(cast: Cast) -> Cast:
    """Cases at every step, some of them late, and one rejected."""
    now = timezone.now() - timedelta(hours=12)
    for index, upto in enumerate((*WAY, "dispatch", "decide")):
        home = household_make(cast.slot, head=f"户主{index}")
        case_make(cast, upto=upto, household_id=home.pk, at=now - timedelta(days=index % 3 * 14))
    case_make(cast, upto="review", at=now, household_id=household_make(cast.slot, head="冯巩固").pk).review(
        conforms=False
    )
    return cast


ACTORS = ("officer", "township", "county", "leader", "medical", "civil", "insurer", "city", "province")


def test_every_number_opens_exactly_the_rows_it_counts(client: Client, county: Cast) -> None:
    for name in ACTORS:
        found = numbers(desk(client, getattr(county, name)))
        assert found, f"with cases at every step {name}'s desk is not without a number"
        for href, number in found:
            listed = client.get(href)
            assert listed.status_code == 200, (name, href)
            total = TOTAL.search(listed.content.decode())
            assert total, (name, href)
            assert int(total[1].replace(",", "")) == number, (name, href)
    # The numbers of what waits add up to the list of what waits.
    waiting = [number for href, number in numbers(desk(client, county.county)) if "list=waiting" in href]
    listed = client.get(reverse("casework:list"), {"list": "waiting"}).content.decode()
    total = TOTAL.search(listed)
    assert total and sum(waiting) == int(total[1])


def test_the_desk_asks_three_questions_in_order(client: Client, county: Cast) -> None:
    for name in ("officer", "township", "county", "leader", "medical", "insurer"):
        text = desk(client, getattr(county, name))
        places = [text.index(f"data-section>{title}") for title in ("等我办", "已逾期", "回到我这里")]
        assert places == sorted(places), name


def test_what_is_due_first_stands_first(client: Client, county: Cast) -> None:
    rows = re.findall(r'data-label="期限">(\d{4}-\d\d-\d\d)', desk(client, county.county))
    assert rows == sorted(rows) and len(rows) >= 4


def test_the_officer_sees_her_reports_with_their_lamps(client: Client, cast: Cast) -> None:
    case_make(cast, upto="dispatch", at=timezone.now() - timedelta(days=2))
    case_make(cast, upto="closed", at=timezone.now() - timedelta(days=9),
              household_id=household_make(cast.slot, head="李建国").pk)  # fmt: skip
    report_make(cast.officer, household_make(cast.slot, head="王秀兰").pk)
    text = desk(client, cast.officer)
    assert "填预警信息登记表" in text
    mine = text[text.index("我报过的") :]
    assert mine.index("王秀兰家：因病") < mine.index("张胜坤家：因病") < mine.index("李建国家：因病")
    assert "处理中" in mine and "已救助回访" in mine
    assert "分送核查，县级防贫中心在办" in mine
    assert "我报过的" not in desk(client, cast.township)
    assert "张胜坤" not in desk(client, cast.sibling_officer)


def test_a_rejection_comes_back_to_the_officer_who_reported(client: Client, cast: Cast) -> None:
    case_make(cast, upto="review", at=timezone.now() - timedelta(hours=20)).review(conforms=False)
    text = desk(client, cast.officer)
    returned = text[text.index("回到我这里") : text.index("我报过的")]
    assert "张胜坤" in returned and "审核未通过" in returned


def test_a_first_agenda_has_not_come_back(client: Client, cast: Cast) -> None:
    case_make(cast, upto="decide", at=timezone.now() - timedelta(hours=12))
    text = desk(client, cast.leader)
    assert "会商决定" in text
    assert "没有退回的" in text


def test_a_department_opens_verification_and_delivery_where_each_is_done(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch", at=timezone.now() - timedelta(hours=12)).dispatch()
    task = walk.tasks(key="check_medical")[0]
    assert reverse("casework:task", args=[task.pk]) in desk(client, cast.medical)
    assert "张胜坤" in desk(client, cast.medical)
    assert "张胜坤" not in desk(client, cast.labour)
    assert "张胜坤" not in desk(client, cast.neighbour_medical)


def test_late_tasks_of_others_are_listed_by_who_is_late(client: Client, cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch", at=timezone.now() - timedelta(days=30)).dispatch()
    assert walk.tasks(state="OPEN")
    text = sign_in(client, cast.county).get(reverse("desks:late")).content.decode()
    assert "共 4 件" in text
    for name in ("巨鹿县医疗保障局", "巨鹿县民政局", "王虎寨镇防贫工作站", "承保公司巨鹿支公司"):
        assert name in text
    one = walk.tasks(key="check_civil")[0].organisation_id
    text = client.get(reverse("desks:late"), {"organisation": one}).content.decode()
    assert "共 1 件" in text and "民政核查" in text and "医保核查" not in text
    assert sign_in(client, cast.medical).get(reverse("desks:late")).status_code == 404
    text = sign_in(client, cast.neighbour).get(reverse("desks:late")).content.decode()
    assert "没有逾期的任务" in text


def test_an_empty_county_says_what_will_stand_here(client: Client, cast: Cast) -> None:
    for name in ACTORS:
        text = desk(client, getattr(cast, name))
        assert "张胜坤" not in text
        if name not in ("city", "province"):
            assert "没有等着办的事" in text, name
        assert "没有逾期的" in text, name


def test_data_that_never_came_is_told_to_the_county(client: Client, county: Cast) -> None:
    text = desk(client, county.county)
    assert "没有预警，不等于没有困难" in text and "医保部门数据" in text
    assert "还没有数据" in desk(client, county.medical)


def _queries(client: Client, address: str) -> int:
    client.get(address)  # packs and content types are read once a process
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


MOST = {"officer": 45, "township": 50, "county": 60, "leader": 50, "medical": 40, "insurer": 35, "city": 30}


def test_a_desk_asks_as_many_questions_of_the_database_however_much_waits(client: Client, cast: Cast) -> None:
    address = reverse("desks:desk")

    def asked() -> dict[str, int]:
        found = {}
        for name in MOST:
            sign_in(client, getattr(cast, name))
            found[name] = _queries(client, address)
        return found

    def more() -> None:
        for upto in ("check", "dispatch", "answers", "review", "decide", "help"):
            case_make(cast, upto=upto, at=timezone.now() - timedelta(days=20), household_id=_home(cast))

    more()
    few = asked()
    more()
    assert asked() == few
    assert not {name: number for name, number in few.items() if number > MOST[name]}, few


def _home(cast: Cast) -> int:
    return household_make(cast.slot, head="张胜坤", members=[("吴红印", "SPOUSE")]).pk


ROW = re.compile(r"<tr\b|<li\b")


def rows_listed(client: Client, href: str, label: str) -> tuple[int, int]:
    """How many rows a list says it has, and how many it shows, page after page."""
    said, shown = -1, 0
    while href:
        text = client.get(href).content.decode()
        total = re.search(r"共 ([\d,]+) 件|，([\d,]+) 条还没有", text)
        assert total, (label, href)
        said = int((total[1] or total[2]).replace(",", ""))
        body = re.search(r"<tbody.*?</tbody>", text, re.S) or re.search(r'<ul class="sw-list">.*?</ul>', text, re.S)
        assert body, (label, href)
        shown += len(ROW.findall(body[0]))
        following = re.search(r'rel="next" href="([^"]+)"', text)
        href = html.unescape(following[1]) if following else ""
        if href.startswith("?"):
            href = f"{PATHS[label]}{href}"
    return said, shown


PATHS = {
    "登记信息要核对": "/register/findings/", "两地登记的人": "/register/conflicts/",
    "对登记信息的异议": "/register/objections/", "还没有转成案件的线索": "/sources/clues/",
}  # fmt: skip


def questions_of_the_register(cast: Cast) -> None:
    """Two findings on one household, one person wanted in two places at once, objections, a report not taken up."""
    now = timezone.now()
    homes = [household_make(cast.slot, head=f"户主{index}", water_safe=True) for index in range(3)]
    with acting_as(SYSTEM):
        for index, home in enumerate(homes):
            RegisterFinding.objects.create(slot=cast.slot, household=home, kind="MOVED_IN", opened_at=now)
            if index == 0:
                RegisterFinding.objects.create(slot=cast.slot, household=home, kind="NO_ADULT", opened_at=now)
            state = HouseholdState.objects.get(household=home)
            FactObjection.objects.create(
                slot=cast.slot, household_id=home.pk, subject="household_state", row_id=state.pk, field="water_safe",
                reason="试验", objected_by="试验", objected_at=now,
            )  # fmt: skip
        known = Membership.objects.get(household=homes[0], relationship="HEAD").person
        for slot in (cast.places.sibling_village.lo, cast.slot):
            RegistrationConflict.objects.create(
                lo=cast.places.town.lo, hi=cast.places.town.hi, person=known, slot_there=cast.slot, slot_here=slot,
                opened_by="试验", opened_at=now,
            )  # fmt: skip
    report_make(cast.officer, homes[1].pk)


@pytest.mark.parametrize("name", ["township", "county"])
def test_the_registers_questions_add_up_to_their_rows(client: Client, cast: Cast, name: str) -> None:
    questions_of_the_register(cast)
    text = desk(client, getattr(cast, name))
    look = text[text.index("要人核对") :]
    found = re.findall(r'<li><a href="([^"]+)"><strong>([\d,]+)</strong> (\w)</a> (.+?)</li>', look)
    counted = {label: (html.unescape(href), int(number), unit) for href, number, unit, label in found}
    assert {label: number for label, (_, number, _) in counted.items()} == {
        "还没有转成案件的线索": 1, "两地登记的人": 2, "登记信息要核对": 4, "对登记信息的异议": 3,
    }  # fmt: skip
    for label, (href, number, _) in counted.items():
        assert rows_listed(client, href, label) == (number, number), label


def test_every_number_of_the_register_is_a_link(client: Client, cast: Cast) -> None:
    questions_of_the_register(cast)
    for name in ("township", "county"):
        text = desk(client, getattr(cast, name))
        look = text[text.index("要人核对") :]
        assert "<li><strong>" not in look[: look.index("</ul>")]


def test_nobody_reads_of_changing_seats_who_has_but_one(client: Client, cast: Cast) -> None:
    assert "换岗位" not in desk(client, cast.county)
    user = User.objects.get(pk=cast.county.user_id)
    appointment_make(
        user, Organisation.objects.get(pk=cast.township.organisation_id), role=Role.CLERK, areas=[cast.places.town]
    )
    assert "换岗位" in desk(client, cast.county)


def test_the_report_form_has_one_name_everywhere(client: Client, cast: Cast) -> None:
    home = household_make(cast.slot, head="张胜坤")
    for name in ("officer", "township", "county"):
        texts = [desk(client, getattr(cast, name))]
        texts += [
            client.get(reverse(address, args=arguments)).content.decode()
            for address, arguments in (
                ("sources:report", ()), ("sources:report_household", (home.pk,)), ("sources:reports_mine", ()),
                ("desks:household", (home.pk,)), ("casework:list", ()),
            )
        ]  # fmt: skip
        for text in texts:
            assert "预警信息登记表" in text
            assert "上报预警" not in text and "登记预警线索" not in text and ">填登记表<" not in text
