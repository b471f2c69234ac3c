"""The main pages of every actor, read by axe-core: nothing on them keeps somebody out, on the phone or at the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page
from tests.factories.casework import Walk, case_make, second_clerk
from tests.factories.cast import Cast
from tests.factories.register import household_make
from tests.factories.sources import report_make
from tests.journeys.axe import faults_of, grave_faults
from tests.journeys.conftest import SignIn

from shouwang.casework.services import case_dispatch
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.models import RegisterFinding
from shouwang.standards.models import PackVersion

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"]),
]
Pages = dict[str, tuple[Viewer, list[str]]]


def _at(upto: str, cast: Cast) -> Walk:
    home = household_make(cast.slot, head=f"户主{upto}", members=[("吴红印", "SPOUSE")], water_safe=True)
    return case_make(cast, upto=upto, household_id=home.pk, at=timezone.now() - timedelta(days=3))


@pytest.fixture
def pages(county: Cast) -> Pages:
    """The main pages of each actor, with something on every one of them."""
    cast = county
    walks = {upto: _at(upto, cast) for upto in ("check", "dispatch", "review", "decide", "help", "visit", "closed")}
    sent = _at("dispatch", cast).dispatch()
    task = sent.tasks(key="check_medical")[0]
    home = walks["dispatch"].case.household_id
    clue = report_make(cast.officer, walks["review"].case.household_id, cause="STUDY")
    with acting_as(SYSTEM):
        RegisterFinding.objects.create(slot=cast.slot, household_id=home, kind="MOVED_IN", opened_at=timezone.now())
        version = PackVersion.objects.first()
    assert version is not None
    to: Callable[..., str] = lambda name, *arguments: reverse(name, args=arguments)  # noqa: E731
    return {
        "officer": (cast.officer, [
            "/", to("sources:report"), to("sources:report_household", home), to("sources:report_unregistered"),
            to("sources:reports_mine"), to("sources:report_sent", clue.pk), to("desks:household", home),
            to("casework:list"), to("public:home"), to("public:apply"), to("public:apply_form", f"{cast.slot:012d}"),
            to("public:status"), to("public:notices", f"{cast.slot:012d}"), to("public:hand_case", sent.case_id),
        ]),
        "township": (cast.township, ["/", to("casework:judge", walks["check"].case_id), to("register:search")]),
        "county": (cast.county, [
            "/", to("public:petitions"), to("casework:list"),
            to("casework:case", sent.case_id), to("casework:case", walks["closed"].case_id),
            to("casework:dispatch", walks["dispatch"].case_id), to("casework:judge", walks["review"].case_id),
            to("casework:close", walks["dispatch"].case_id), to("assistance:plan", walks["help"].case_id),
            to("evaluation:visit", walks["visit"].case_id), to("desks:late"), to("register:search"),
            to("register:facts", home), to("register:new"), to("register:findings"), to("register:conflicts"),
            to("register:imports"), to("sources:clues"), to("sources:feeds"), to("standards:list"),
            to("standards:version", version.pk), to("screening:list"),
        ]),
        "leader": (cast.leader, ["/", to("casework:meeting"), to("casework:judge", walks["decide"].case_id)]),
        "medical": (cast.medical, ["/", to("casework:tasks"), to("casework:task", task.pk), to("sources:feeds")]),
        "city": (cast.city, ["/", to("oversight:screen")]),
    }  # fmt: skip


def test_axe_finds_what_keeps_people_out(page: Page, axe: str) -> None:
    page.set_content("<title>x</title><main><img src='data:,'><input></main>")
    assert {fault.split("（")[0] for fault in grave_faults(page, axe)} >= {"image-alt", "label"}


def test_no_main_page_keeps_anybody_out(sign_in: SignIn, pages: Pages, axe: str) -> None:
    faults: dict[str, list[str]] = {}
    for viewer, addresses in pages.values():
        actor = sign_in(viewer)
        for address in addresses:
            answer = actor.page.goto(f"{actor.base}{address}")
            assert answer is not None and answer.status == 200, (address, answer and answer.status)
            faults |= faults_of(actor.page, axe, f"{viewer.name} {address}")
    assert faults == {}


def test_a_slower_clerk_reads_who_was_faster_and_her_own_note(sign_in: SignIn, county: Cast, axe: str) -> None:
    walk = _at("dispatch", county)
    clerk = sign_in(county.county)
    clerk.page.goto(f"{clerk.base}{reverse('casework:dispatch', args=[walk.case_id])}")
    other = second_clerk(county)
    with acting_as(other):
        case_dispatch(
            viewer=other, case_id=walk.case_id, version=walk.version, tasks=["check_medical"], at=timezone.now()
        )
    clerk.fill("给核查单位的说明", "这户先查低保").press("送核查")
    clerk.sees("别人先办了", "张复核", "送核查：巨鹿县医疗保障局", "这户先查低保", "这一步已经不用再办")
    assert faults_of(clerk.page, axe, "overtaken") == {}
