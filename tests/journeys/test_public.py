"""The public on a cheap phone without JavaScript: apply, receipt, stage; the PIN; refusal and appeal; objection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.factories.casework import Walk
from tests.factories.cast import Cast
from tests.factories.register import household_make, resident_id_make
from tests.journeys.conftest import PHONE

from shouwang.casework.models import Notice
from shouwang.people.access import SYSTEM, acting_as
from shouwang.public.services.collecting import applications_take
from shouwang.sources.models import Clue

PIN = "519274"


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer, county: Cast) -> Iterator[Page]:
    """A phone that runs no script and keeps no cookie of ours."""
    context = browser.new_context(
        viewport={"width": PHONE, "height": 700}, java_script_enabled=False, locale="zh-CN", has_touch=True,
        base_url=live_server.url,
    )  # fmt: skip
    page = context.new_page()
    yield page
    assert context.cookies() == []
    context.close()


def choose_village(page: Page, cast: Cast) -> None:
    for place in (cast.places.county, cast.places.town, cast.places.village):
        page.get_by_role("link", name=place.name, exact=True).click()


def apply_for(page: Page, cast: Cast, number: str) -> str:
    """Applies as an old man would, and returns the receipt he copies down."""
    page.goto("/public/")
    page.get_by_role("link", name="我要申请").click()
    choose_village(page, cast)
    expect(page.get_by_role("heading", level=1)).to_have_text("我要申请")
    page.get_by_label("有困难的人叫什么名字").fill("李老根")
    page.get_by_label("这个人的身份证号").fill(number)
    page.get_by_role("button", name="交申请").click()
    expect(page.get_by_role("alert")).to_contain_text("已填的内容都还在")
    expect(page.get_by_label("有困难的人叫什么名字")).to_have_value("李老根")
    page.get_by_label("家里有人生病").check()
    page.get_by_label("大概哪一天的事").fill(timezone.localdate().isoformat())
    page.get_by_label("说说是怎么回事").fill("老伴住院做了手术，借了钱")
    page.get_by_label("给自己定一个查询密码").fill(PIN)
    page.get_by_label("密码再写一遍").fill(PIN)
    page.get_by_role("button", name="交申请").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("申请已经收到")
    assert applications_take(at=timezone.now()) == 1
    return page.locator("#receipt").inner_text()


def ask(page: Page, receipt: str, pin: str = "") -> None:
    page.goto("/public/status/")
    page.get_by_label("回执号").fill(receipt)
    page.get_by_label("查询密码").fill(pin)
    with page.expect_navigation():
        page.get_by_role("button", name="查一查").click()
    assert receipt.replace(" ", "") not in page.url and page.url.endswith("/public/status/")


def no_sideways(page: Page) -> None:
    """The page is read without pushing it sideways (asked of the layout: no script runs here)."""
    page.wait_for_load_state()
    box = page.locator("body").bounding_box()
    assert box is not None and box["width"] <= PHONE
    for part in page.locator("main *:visible").all()[:200]:
        inside = part.bounding_box()
        assert inside is None or inside["x"] + inside["width"] <= PHONE + 1


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_an_old_man_applies_is_refused_and_appeals(phone: Page, county: Cast) -> None:
    number = resident_id_make()
    household_make(county.slot, head="李老根", resident_id=number)
    receipt = apply_for(phone, county, number)
    no_sideways(phone)
    ask(phone, receipt)
    expect(phone.get_by_role("status")).to_contain_text("已经收到")
    expect(phone.locator("main")).not_to_contain_text("李老根")
    with acting_as(SYSTEM):
        case_id = Clue.objects.get().collected_case_id
    assert case_id is not None
    walk = Walk(county, case_id, timezone.now(), hours=0)
    if walk.case.act == "check":
        walk.pass_on()
    walk.dispatch().answer_all().review(conforms=False, reason_key="covered", told="医保已经报销了大部分。")
    ask(phone, receipt)
    expect(phone.get_by_role("status")).to_contain_text("已经办完")
    expect(phone.locator("main")).not_to_contain_text("医保")
    ask(phone, receipt, "603815")
    expect(phone.get_by_role("alert")).to_contain_text("对不上")
    ask(phone, receipt, PIN)
    expect(phone.locator("main")).to_contain_text("医保已经报销了大部分。")
    no_sideways(phone)
    phone.get_by_label("为什么不同意").fill("手术费没有算进去")
    phone.get_by_role("button", name="交申诉").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("申诉已经收到")
    ask(phone, receipt, PIN)
    expect(phone.get_by_role("region", name="您提过的")).to_contain_text("申诉：待答复")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_neighbour_reads_a_notice_and_objects(phone: Page, county: Cast) -> None:
    from tests.architecture.objects_public import hanging

    hanging(county, county.places.village)
    phone.goto("/public/")
    phone.get_by_role("link", name="看公示").click()
    choose_village(phone, county)
    expect(phone.locator("main")).to_contain_text("张•坤")
    expect(phone.locator("main")).not_to_contain_text("张胜坤")
    phone.get_by_role("link", name="觉得不对，提意见").click()
    phone.get_by_role("button", name="交意见").click()
    expect(phone.get_by_role("alert")).to_contain_text("请写有什么不对。")
    phone.get_by_label("有什么不对，请写清楚").fill("他家有门面房出租")
    phone.get_by_role("button", name="交意见").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("意见已经收到")
    with acting_as(SYSTEM):
        assert Notice.objects.get().state == Notice.State.POSTED
