"""The phone without a signal: written offline, kept over a restart, sent once; wrong PIN, sign-out, lost phone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer
from tests.factories.cast import Cast
from tests.factories.papers import photo
from tests.factories.register import household_make
from tests.factories.sources import report_make
from tests.journeys.steps import Actor, account_open

from shouwang.office.models import Paper
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.models import Device
from shouwang.people.services import device_lock
from shouwang.register.models import Household
from shouwang.sources.models import Clue, CluePhoto

pytestmark = pytest.mark.browser
PROBES = (Path(__file__).parent / "phone_probes.js").read_text(encoding="utf-8")
PIN = "274951"
SMALLEST = 360


class Phone(Actor):
    """The officer's phone."""

    def open(self) -> Phone:
        self.page.goto(f"{self.base}/sources/phone/")
        return self

    def restart(self) -> Phone:
        """Closes the page and opens it anew, as after a phone that went off."""
        self.page.close()
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        return self.open()

    def pin(self, pin: str, button: str = "打开") -> Phone:
        self.page.get_by_label(re.compile("手机口令|再输一次")).fill(pin)
        self.page.get_by_role("button", name=button).click()
        return self

    def set_up(self) -> Phone:
        self.open().sees("设一个手机口令")
        self.pin(PIN, "下一步").sees("再输一次口令")
        self.pin(PIN, "设好口令").sees("找一户")
        assert probe(self.page, "controlled")
        return self

    def write(self, head: str, *, summary: str, send: bool = True) -> Phone:
        self.page.get_by_label(re.compile("^找一户")).fill(head)
        self.main().get_by_role("link", name=re.compile(head)).first.click()
        self.sees(f"{head}家")
        self.page.get_by_label(re.compile("全家的事")).check()
        self.page.get_by_label("因病", exact=True).check()
        self.page.get_by_label("哪天发生的").fill(timezone.localdate().isoformat())
        self.page.get_by_label("发生了什么").fill(summary)
        self.page.get_by_label(re.compile("^总共花费")).fill("3500.50")
        if send:
            self.press("写好了，送出").sees("送出情况")
        return self

    def strip(self) -> Any:
        return self.page.locator("#strip")


@pytest.fixture
def household(county: Cast) -> Household:
    return household_make(county.places.village.lo, head="张胜坤", members=[("李秀兰", "SPOUSE")])


@pytest.fixture
def phone(county: Cast, household: Household, browser: Browser, live_server: LiveServer) -> Iterator[Phone]:
    username, password = account_open(county.officer)
    phone = Phone(browser, live_server.url, name=county.officer.name, width=SMALLEST)
    phone.sign_in(username, password)
    yield phone.set_up()
    phone.context.set_offline(False)
    phone.leave()


def clues() -> list[Clue]:
    with acting_as(SYSTEM):
        return list(Clue.objects.order_by("pk"))


def probe(page: Page, name: str) -> Any:
    return page.evaluate(f"({PROBES.strip()}).{name}()")


def kept_text(page: Page) -> str:
    return str(probe(page, "kept"))


def databases(page: Page) -> int:
    """The databases left on the phone; the browser may take a moment to let go of one."""
    count = "indexedDB.databases().then((all) => all.length)"
    for _ in range(50):
        if page.evaluate(count) == 0:
            break
        time.sleep(0.1)
    return int(page.evaluate(count))


def failing(phone: Phone, ways: list[Callable[[Route], None]]) -> None:
    """Lets each sending of reports go wrong in its turn; after the last one they go through."""
    left = list(ways)
    phone.context.route("**/api/phone/reports", lambda route: left.pop(0)(route) if left else route.continue_())


def reports_only(about: Any) -> bool:
    return bool(about.url.endswith("/api/phone/reports"))


def lost(route: Route) -> None:
    """The server has done its work and committed; its answer does not arrive."""
    assert route.fetch().status == 200
    route.abort("connectionreset")


def test_written_offline_kept_over_a_restart_and_sent_once_after_three_tries(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.write("张胜坤", summary="查出胃癌，在县医院手术")
    expect(phone.strip()).to_contain_text("还没送出：1 张登记表")
    assert "查出胃癌" not in kept_text(phone.page) and "张胜坤" not in kept_text(phone.page)
    assert "extractable=false" in kept_text(phone.page) and "extractable=true" not in kept_text(phone.page)

    phone.restart().sees("输入手机口令")
    expect(phone.strip()).to_contain_text("还没送出：1 张登记表")
    phone.pin(PIN)
    phone.open().sees("输入手机口令")
    phone.pin(PIN).sees("找一户")
    assert not clues()

    failing(phone, [lambda route: route.abort("internetdisconnected"), lambda route: route.fulfill(status=503), lost])
    phone.context.set_offline(False)
    phone.page.evaluate("location.hash = '#/queue'")
    phone.sees("送出情况")
    for tries in range(3):
        with phone.page.expect_event("requestfailed" if tries != 1 else "response", reports_only):
            phone.press("现在送出")
        expect(phone.main().get_by_role("status")).to_contain_text("现在连不上")
    assert len(clues()) == 1, "the third try reached the server"
    expect(phone.strip()).to_contain_text("还没送出：1 张登记表")
    phone.press("现在送出").sees("已送到（1）")
    expect(phone.strip()).to_contain_text("都送出了")
    [clue] = clues()
    assert (clue.summary, clue.gross_fen, clue.cause, clue.channel) == (
        "查出胃癌，在县医院手术",
        350_050,
        "ILLNESS",
        "OFFICER",
    )
    assert clue.details["known"] == 4 and clue.details["asked"] > 0
    # The phone's clock is right; how late an answer comes on a busy machine looks like a second or two of it.
    assert abs(clue.details["device"]["offset_seconds"]) <= 60


def test_a_photo_and_a_signature_follow_the_report(phone: Phone, tmp_path: Path) -> None:
    large = tmp_path / "IMG_1.jpg"
    large.write_bytes(photo(3000, 2000))
    phone.context.set_offline(True)
    phone.write("张胜坤", summary="附了照片和签名", send=False)
    phone.page.locator("input[type=file]").set_input_files(large)
    phone.sees("照片 1（")
    phone.page.get_by_text("承诺授权书，请农户签名").click()
    phone.page.get_by_label("签名人姓名").fill("张胜坤")
    box = phone.page.locator("canvas").bounding_box()
    assert box is not None
    phone.page.locator("canvas").scroll_into_view_if_needed()
    box = phone.page.locator("canvas").bounding_box() or box
    phone.page.mouse.move(box["x"] + 30, box["y"] + 20)
    phone.page.mouse.down()
    for step in range(1, 8):
        phone.page.mouse.move(box["x"] + 30 + 20 * step, box["y"] + 20 + 5 * (step % 3))
    phone.page.mouse.up()
    phone.press("写好了，送出").sees("送出情况", "2 张照片还没送")
    expect(phone.strip()).to_contain_text("1 张登记表，2 张照片")
    phone.context.set_offline(False)
    phone.sees("已送到（1）").sees_not("照片还没送")
    expect(phone.strip()).to_contain_text("都送出了")
    with acting_as(SYSTEM):
        kept = {each.kind: each for each in CluePhoto.objects.all()}
        widths = dict(Paper.objects.values_list("pk", "width"))
    assert set(kept) == {"PHOTO", "SIGNATURE"} and kept["SIGNATURE"].signer == "张胜坤"
    assert widths[kept["PHOTO"].paper_id] == 1280


def test_a_draft_survives_and_is_finished_later(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.write("张胜坤", summary="还没写完的话", send=False)
    phone.press("先存草稿").sees("没写完的草稿")
    phone.restart().pin(PIN).sees("没写完的草稿")
    phone.page.get_by_role("link", name=re.compile("^张胜坤家")).first.click()
    expect(phone.page.get_by_label("发生了什么")).to_have_value("还没写完的话")
    expect(phone.page.get_by_label("因病", exact=True)).to_be_checked()
    phone.context.set_offline(False)
    phone.press("写好了，送出").sees("已送到（1）")
    assert [clue.summary for clue in clues()] == ["还没写完的话"]


def test_an_expired_sign_in_keeps_everything_and_sends_after_signing_in(phone: Phone, county: Cast) -> None:
    cookies = phone.context.cookies()
    phone.context.clear_cookies()
    phone.write("张胜坤", summary="登录过期时写的").sees("登录已过期")
    expect(phone.strip()).to_contain_text("还没送出：1 张登记表")
    phone.context.add_cookies(cookies)
    phone.press("现在送出").sees("已送到（1）")
    assert len(clues()) == 1


def test_a_wrong_pin_opens_nothing_and_the_tenth_wipes_everything(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.write("张胜坤", summary="要保密的话")
    phone.restart()
    for left in range(9, 4, -1):
        phone.pin("111222").sees(f"口令不对，还能试 {left} 次")
    phone.pin(PIN).sees("请等")
    phone.page.clock.install()
    for attempt in range(5):
        phone.page.clock.fast_forward(31_000)
        phone.pin("111222")
        if attempt < 4:
            phone.sees(f"口令不对，还能试 {4 - attempt} 次")
    phone.sees("口令输错太多次，手机上的内容都清空了")
    assert databases(phone.page) == 0


def test_signing_out_warns_of_what_is_unsent_and_wipes(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.write("张胜坤", summary="没有送出的")
    phone.context.set_offline(False)
    phone.context.route("**/api/phone/reports", lambda route: route.abort())
    phone.desk().page.get_by_text("菜单", exact=True).click()
    phone.page.get_by_role("button", name="退出登录").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("还有1 张登记表没有送出")
    assert "sealed" in kept_text(phone.page)
    phone.press("不要了，退出并清空").sees("已退出，手机上的内容都清空了")
    phone.page.goto(f"{phone.base}/")
    expect(phone.page.get_by_label("账号")).to_be_visible()
    assert databases(phone.page) == 0
    with acting_as(SYSTEM):
        assert Device.objects.get().wiped_at is not None


def test_a_lost_phone_is_wiped_at_the_next_contact_before_anybody_gives_the_pin(phone: Phone, county: Cast) -> None:
    phone.context.set_offline(True)
    phone.write("张胜坤", summary="丢了的手机里的话")
    with acting_as(county.administrator):
        device_lock(viewer=county.administrator, device=Device.objects.get(), at=timezone.now(), reason="丢了")
    phone.restart().sees("输入手机口令")
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    phone.restart().sees("这部手机已被锁定，存在上面的内容都清空了")
    assert not clues()
    assert databases(phone.page) == 0
    with acting_as(SYSTEM):
        assert Device.objects.get().wiped_at is not None


def test_what_others_reported_meanwhile_stands_beside_what_she_wrote(
    phone: Phone, county: Cast, household: Household
) -> None:
    report_make(county.township, household.pk, summary="走访时户主说住院了", gross_fen=2_000_000)
    phone.write("张胜坤", summary="又一次住院，是另一件事").sees("别人也报过")
    phone.main().get_by_role("link", name="对照着看", exact=True).click()
    phone.sees("已经报的", "走访时户主说住院了", "20,000.00 元", "您写的", "又一次住院", "3,500.50 元")
    assert len(clues()) == 1
    phone.press("是另一件事，仍然送出").sees("已送到（1）")
    assert [clue.summary for clue in clues()] == ["走访时户主说住院了", "又一次住院，是另一件事"]


def test_after_so_many_days_without_contact_it_wipes_itself(phone: Phone, settings: Any) -> None:
    phone.context.set_offline(True)
    phone.page.clock.install(time=timezone.now() + timedelta(days=settings.PHONE_KEEP_DAYS - 1))
    phone.restart().sees("输入手机口令")
    phone.page.clock.install(time=timezone.now() + timedelta(days=settings.PHONE_KEEP_DAYS, hours=1))
    phone.open().sees("太久没有联网，手机上的内容已自己清空")
    assert databases(phone.page) == 0


def test_nothing_scrolls_sideways_and_every_target_is_large(phone: Phone) -> None:
    phone.write("张胜坤", summary="看看样子", send=False)
    for size in ("100%", "212.5%"):
        phone.page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
        assert phone.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert probe(phone.page, "low") == []


def test_the_first_load_after_installing_is_light(phone: Phone) -> None:
    sizes = probe(phone.page, "sizes")
    assert len(sizes) >= 10 and sum(sizes.values()) <= 200_000, sizes
