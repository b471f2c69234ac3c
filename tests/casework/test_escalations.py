"""What is late goes up: to whom the pack says, each step once, told by numbers, and gone when it is done."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pydantic import ValidationError
from tests.factories.casework import case_make
from tests.factories.cast import Cast, sign_in

from shouwang.casework.models import CaseEvent, Escalation
from shouwang.casework.selectors.escalations import escalations_standing
from shouwang.casework.services.escalating import escalations_make
from shouwang.desks.services import digests_make
from shouwang.kit.dates import SHANGHAI
from shouwang.office.models import Message
from shouwang.office.rules import Figures, MessageKind, message_text
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.rulebook.clocks import Escalate

pytestmark = pytest.mark.django_db(transaction=True)


def on(day: date, hour: int = 1) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def standing(viewer: Viewer, day: date) -> int:
    with acting_as(viewer):
        return escalations_standing(viewer, day).count()


def told(viewer: Viewer, kind: MessageKind = MessageKind.ESCALATED) -> list[str]:
    with acting_as(SYSTEM):
        found = Message.objects.filter(organisation_id=viewer.organisation_id, kind=kind).order_by("pk")
        return [message_text(kind, Figures.stored(one.values))[1] for one in found]


def test_what_is_late_goes_one_step_up_on_its_day_and_once(cast: Cast) -> None:
    walk = case_make(cast, upto="check")
    due = walk.case.due_on
    assert due is not None
    assert escalations_make(at=on(due)) == 0
    late = due + timedelta(days=1)
    before = walk.case.version
    assert escalations_make(at=on(late)) == 1
    assert escalations_make(at=on(late, 8)) == 0
    assert (standing(cast.county, late), standing(cast.leader, late), standing(cast.neighbour, late)) == (1, 0, 0)
    assert told(cast.county) == [f"1 件逾期的事提到本单位，案件号 {walk.case_id}。请登录守望督办。"]
    with acting_as(SYSTEM):
        event = CaseEvent.objects.filter(case_id=walk.case_id).latest("pk")
    assert event.what == "ESCALATED"
    assert "乡镇防贫工作站的“乡镇核实上报”逾期 1 天，提到巨鹿县防贫中心" in event.text
    assert walk.case.version == before  # nobody's open page is overtaken by it


def test_the_next_step_comes_later_and_what_was_done_stands_no_more(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    due = walk.case.due_on
    assert due is not None
    escalations_make(at=on(due + timedelta(days=1)))
    assert (standing(cast.leader, due + timedelta(days=1)), standing(cast.city, due + timedelta(days=1))) == (1, 0)
    assert escalations_make(at=on(due + timedelta(days=5))) == 1
    assert standing(cast.city, due + timedelta(days=5)) == 1
    walk.review()
    assert (standing(cast.leader, due + timedelta(days=6)), standing(cast.city, due + timedelta(days=6))) == (0, 0)
    with acting_as(SYSTEM):
        assert Escalation.objects.filter(case_id=walk.case_id).count() == 2


def test_late_tasks_go_up_by_themselves_and_leave_with_their_answer(cast: Cast) -> None:
    walk = case_make(cast, upto="dispatch").dispatch(["check_medical", "check_civil"])
    day = walk.tasks()[0].due_on + timedelta(days=1)
    assert escalations_make(at=on(day)) == 2
    assert len(told(cast.county)) == 1  # one message for one night
    assert standing(cast.county, day) == 2
    with acting_as(SYSTEM):
        said = set(CaseEvent.objects.filter(what="ESCALATED").values_list("text", flat=True))
    name = cast.places.county.name
    assert said == {f"{name}{whose}的任务逾期 1 天，提到{name}防贫中心" for whose in ("医疗保障局", "民政局")}
    walk.answer(walk.tasks(key="check_medical")[0])
    assert standing(cast.county, day) == 1
    assert told(cast.medical, MessageKind.TASK) == [f"1 项任务等本单位反馈，案件号 {walk.case_id}。请登录守望办理。"]


@pytest.mark.parametrize(
    "steps",
    [
        [{"to": "TOWNSHIP", "after": 1}],
        [{"to": "CITY_CENTRE", "after": 1}, {"to": "COUNTY_CENTRE", "after": 2}],
        [{"to": "COUNTY_CENTRE", "after": 2}, {"to": "LEADING_GROUP", "after": 2}],
        [{"to": "COUNTY_CENTRE", "after": 0}],
        [],
    ],
    ids=["to itself", "downwards", "two at once", "before it is late", "nowhere"],
)
def test_a_pack_that_takes_it_nowhere_is_refused(steps: list[dict[str, object]]) -> None:
    with pytest.raises(ValidationError):
        Escalate.model_validate({"kind": "TOWNSHIP", "steps": steps})


def test_the_digest_is_told_once_a_day_to_who_has_work(cast: Cast) -> None:
    walk = case_make(cast, upto="check")
    due = walk.case.due_on
    assert due is not None
    morning = on(due + timedelta(days=1), 7)
    escalations_make(at=on(due + timedelta(days=1), 1))
    assert digests_make(at=morning) >= 2
    assert digests_make(at=morning + timedelta(minutes=30)) == 0
    assert told(cast.township, MessageKind.DIGEST) == ["已逾期 1 件。请登录守望办理。"]
    assert told(cast.county, MessageKind.DIGEST) == ["下级逾期提到本单位 1 件。请登录守望办理。"]
    assert told(cast.neighbour, MessageKind.DIGEST) == []
    assert told(cast.administrator, MessageKind.DIGEST) == []
    assert digests_make(at=morning + timedelta(days=1)) >= 2


def test_the_digest_counts_new_and_due_today(cast: Cast) -> None:
    walk = case_make(cast, upto="check")
    digests_make(at=walk.at + timedelta(hours=2))
    assert told(cast.township, MessageKind.DIGEST) == ["昨天到现在新到 1 件。请登录守望办理。"]
    due = walk.case.due_on
    assert due is not None
    digests_make(at=on(due, 7))
    assert told(cast.township, MessageKind.DIGEST)[-1] == "今天到期 1 件。请登录守望办理。"


def test_the_board_says_whose_what_and_how_long(real_cast: Cast) -> None:
    cast = real_cast
    at = timezone.now() - timedelta(days=40)
    late = case_make(cast, upto="check", at=at)
    case_make(cast, upto="dispatch", at=at).dispatch(["check_medical"])
    escalations_make(at=timezone.now())
    page = sign_in(Client(), cast.county).get(reverse("desks:board"))
    html = page.content.decode()
    assert page.status_code == 200
    assert "乡镇防贫工作站的案件（1 件）" in html
    assert cast.places.town.name in html
    assert "巨鹿县医疗保障局" in html
    assert "提到我这里的（2 件）" in html
    desk = sign_in(Client(), cast.county).get(reverse("desks:desk")).content.decode()
    assert "下级逾期、提到本单位的" in desk
    with acting_as(SYSTEM):
        assert late.case.due_on is not None
    assert "没有逾期的" in sign_in(Client(), cast.sibling_township).get(reverse("desks:board")).content.decode()


def test_a_number_of_late_cases_is_the_rows_behind_it(real_cast: Cast) -> None:
    """A case that waits for late answers is late with its tasks, not with who sent them out: on no list twice."""
    cast = real_cast
    at = timezone.now() - timedelta(days=40)
    case_make(cast, upto="dispatch", at=at).dispatch(["check_medical"])
    case_make(cast, upto="review", at=at)
    behind = {"late": "1", "who": "COUNTY_CENTRE"}
    listed = sign_in(Client(), cast.leader).get(reverse("casework:list"), behind).content.decode()
    assert "共 1 件" in listed
    desk = sign_in(Client(), cast.leader).get(reverse("desks:desk")).content.decode()
    assert re.search(r"1</[a-z]+> 件</a>\s*在县级防贫中心的案件", desk), desk
    assert "县级防贫中心的案件（1 件）" in sign_in(Client(), cast.leader).get(reverse("desks:board")).content.decode()
