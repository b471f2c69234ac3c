"""The phone's pages, read by axe-core: nothing on them keeps somebody out, nor scrolls sideways at 360 px."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer
from tests.factories.cast import Cast
from tests.factories.register import household_make
from tests.factories.sources import report_make
from tests.journeys.axe import grave_faults
from tests.journeys.steps import account_open
from tests.journeys.test_phone import PIN, SMALLEST, Phone

from shouwang.register.models import Household

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])]


WHO = "阿卜杜拉·买买提明"


@pytest.fixture
def household(county: Cast) -> Household:
    return household_make(county.places.village.lo, head=WHO, members=[("李秀兰", "SPOUSE")])


@pytest.fixture
def phone(county: Cast, household: Household, browser: Browser, live_server: LiveServer) -> Iterator[Phone]:
    username, password = account_open(county.officer)
    phone = Phone(browser, live_server.url, name=county.officer.name, width=SMALLEST)
    phone.sign_in(username, password)
    yield phone
    phone.context.set_offline(False)
    phone.leave()


def faults(phone: Phone, axe: str, where: str) -> list[str]:
    phone.page.wait_for_load_state()
    wide = phone.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = grave_faults(phone.page, axe) + (["scrolls sideways"] if wide > 0 else [])
    return [f"{where}: {fault}" for fault in found]


def test_no_page_of_the_phone_keeps_anybody_out(phone: Phone, axe: str) -> None:
    phone.open().sees("设一个手机口令")
    found = faults(phone, axe, "PIN")
    phone.pin("111111", "下一步").sees("太好猜")
    found += faults(phone, axe, "a weak PIN")
    phone.pin(PIN, "下一步").sees("再输一次口令")
    phone.pin(PIN, "设好口令").sees("找一户")
    found += faults(phone, axe, "households")
    phone.main().get_by_role("link", name="阿卜杜拉").first.click()
    phone.sees("阿卜杜拉·买买提明家")
    found += faults(phone, axe, "the form")
    phone.press("写好了，送出").sees("还不能送出")
    found += faults(phone, axe, "the form with problems")
    phone.main().get_by_role("button", name="请选一个原因。").click()
    expect(phone.page.locator("input[name=cause]:focus")).to_have_count(1)
    phone.page.get_by_text("承诺授权书，请农户签名").click()
    phone.sees("同意有关部门依法核对")
    found += faults(phone, axe, "signing")
    phone.context.set_offline(True)
    phone.page.evaluate("location.hash = '#/'")
    phone.sees("没写完的草稿")
    found += faults(phone, axe, "households without a signal")
    for place, words in (
        ("#/queue", "还没有写好的登记表"),
        ("#/more", "更新名单"),
        ("#/leave", "没有送出，清空后找不回来"),
    ):
        phone.page.evaluate(f"location.hash = '{place}'")
        phone.sees(words)
        found += faults(phone, axe, place)
    phone.restart().sees("输入手机口令")
    found += faults(phone, axe, "locked")
    assert found == []


def test_the_page_that_sets_what_others_reported_beside_hers_keeps_nobody_out(
    phone: Phone, county: Cast, household: Household, axe: str
) -> None:
    phone.set_up()
    for summary in ("走访时户主说住院了", "邻居打电话说他摔伤了腿，家里没有人种地，孩子的学费也还没有交上"):
        report_make(county.township, household.pk, summary=summary, gross_fen=2_000_000)
    phone.write(WHO, summary="又一次住院，是另一件事").sees("别人也报过")
    found = faults(phone, axe, "sent, with a conflict")
    compare = phone.main().get_by_role("link", name="对照着看")
    compare.focus()
    compare.press("Enter")
    phone.sees("已经报的", "走访时户主说住院了", "您写的", "又一次住院")
    found += faults(phone, axe, "the comparison")
    assert phone.page.evaluate("document.activeElement.closest('main') !== null")  # who cannot see is told of the page
    assert found == []
